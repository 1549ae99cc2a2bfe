package dev.sluice.source.postgres.changelog;

import java.util.Arrays;

/**
 * The text of one row as {@code record_out} prints it: {@code (1,"a b",,"x""y")}. Finds its fields without copying them. Reused
 * from row to row by one thread.
 */
final class RowText {
    private byte[] bytes = new byte[0];
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private boolean[] quoted = new boolean[16];
    private int count;

    /** @throws IllegalArgumentException if it is no such text */
    void read(byte[] source, int offset, int length) {
        bytes = source;
        count = 0;
        int end = offset + length;
        int at = offset + 1;
        if (length < 2 || source[offset] != '(' || source[end - 1] != ')') {
            throw new IllegalArgumentException("a row does not stand in parentheses");
        }
        end--;
        while (true) {
            makeRoom();
            if (at < end && source[at] == '"') {
                at = quotedField(at + 1, end);
            } else {
                int start = at;
                while (at < end && source[at] != ',') {
                    at++;
                }
                field(start, at, false);
            }
            if (at == end) {
                return;
            }
            if (source[at] != ',') {
                throw new IllegalArgumentException("no comma after field " + count + " of a row");
            }
            at++;
        }
    }

    private int quotedField(int start, int end) {
        int at = start;
        while (true) {
            if (at >= end) {
                throw new IllegalArgumentException("field " + (count + 1) + " of a row does not end");
            }
            byte character = bytes[at];
            boolean doubled = at + 1 < end && bytes[at + 1] == character;
            if (character == '\\' || character == '"' && doubled) {
                at += 2;
            } else if (character == '"') {
                field(start, at, true);
                return at + 1;
            } else {
                at++;
            }
        }
    }

    private void field(int start, int end, boolean inQuotes) {
        starts[count] = start;
        ends[count] = end;
        quoted[count] = inQuotes;
        count++;
    }

    private void makeRoom() {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            quoted = Arrays.copyOf(quoted, count * 2);
        }
    }

    /** How many fields there are; a row without columns has one that is NULL. */
    int count() {
        return count;
    }

    /** An empty text is quoted. */
    boolean isNull(int field) {
        return !quoted[field] && starts[field] == ends[field];
    }

    /** At most so many bytes has its value. */
    int longest(int field) {
        return ends[field] - starts[field];
    }

    /** Writes a field's value and returns where it ends. */
    int copy(int field, byte[] target, int offset) {
        int start = starts[field];
        int end = ends[field];
        if (!quoted[field]) {
            System.arraycopy(bytes, start, target, offset, end - start);
            return offset + end - start;
        }
        int from = start;
        int to = offset;
        for (int at = start; at < end; at++) {
            if (bytes[at] == '"' || bytes[at] == '\\') { // doubled: the second one stays
                System.arraycopy(bytes, from, target, to, at - from);
                to += at - from;
                at++;
                from = at;
            }
        }
        System.arraycopy(bytes, from, target, to, end - from);
        return to + end - from;
    }

    /** Whether a field is the same in another row. */
    boolean isSame(int field, RowText other) {
        return isNull(field) == other.isNull(field)
                && Arrays.equals(
                        bytes, starts[field], ends[field], other.bytes, other.starts[field], other.ends[field]);
    }
}
