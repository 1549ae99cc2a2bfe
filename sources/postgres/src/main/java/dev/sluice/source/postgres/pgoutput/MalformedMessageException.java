package dev.sluice.source.postgres.pgoutput;

/** Bytes that are not what the protocol says. Names the message, the field, what was expected and what was there. */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String messageName;
    private final String field;
    private final String expected;
    private final String actual;

    public MalformedMessageException(String messageName, String field, String expected, String actual) {
        super("malformed " + messageName + " message: " + field + " should be " + expected + ", is " + actual);
        this.messageName = messageName;
        this.field = field;
        this.expected = expected;
        this.actual = actual;
    }

    public String messageName() {
        return messageName;
    }

    public String field() {
        return field;
    }

    public String expected() {
        return expected;
    }

    public String actual() {
        return actual;
    }
}
