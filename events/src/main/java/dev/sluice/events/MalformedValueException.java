package dev.sluice.events;

/** Bytes that are not a value of their type. Its message says what was expected; the value itself is the user's. */
final class MalformedValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedValueException(String expected) {
        super(expected);
    }
}
