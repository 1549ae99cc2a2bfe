package dev.sluice.engine.change;

/**
 * Finds where a field of COPY's text format ends: at a tab or a newline, which inside of a value are written {@code \t} and
 * {@code \n}. Looks at eight bytes at a time, since of a first copy every byte has to be looked at.
 */
final class CopyField {
    private static final long TABS = '\t' * EightBytes.ONES;
    private static final long NEWLINES = '\n' * EightBytes.ONES;
    private static final long BACKSLASHES = '\\' * EightBytes.ONES;

    private CopyField() {}

    /** The first tab, newline or backslash. There is one, as every line ends with a newline. */
    static int endOrEscape(byte[] bytes, int from) {
        int at = from;
        while (at <= bytes.length - EightBytes.COUNT) {
            long word = EightBytes.get(bytes, at);
            long found = EightBytes.zeros(word ^ TABS)
                    | EightBytes.zeros(word ^ NEWLINES)
                    | EightBytes.zeros(word ^ BACKSLASHES);
            if (found != 0) {
                return at + EightBytes.first(found);
            }
            at += EightBytes.COUNT;
        }
        while (bytes[at] != '\t' && bytes[at] != '\n' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    /** The first tab or newline. */
    static int end(byte[] bytes, int from) {
        int at = endOrEscape(bytes, from);
        while (bytes[at] == '\\') {
            at = endOrEscape(bytes, at + 1);
        }
        return at;
    }
}
