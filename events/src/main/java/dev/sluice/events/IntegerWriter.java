package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Whole numbers of up to 64 bits become JSON numbers. */
final class IntegerWriter implements ValueWriter {
    private static final int MAX_DIGITS = 19;

    @Override
    public void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException {
        boolean negative = length > 0 && bytes[offset] == '-';
        int from = negative ? offset + 1 : offset;
        int end = offset + length;
        if (from == end || end - from > MAX_DIGITS) {
            throw malformed();
        }
        // Summed up below zero, where there is room for the least of all longs.
        long value = 0;
        for (int i = from; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                throw malformed();
            }
            value = value * 10 - digit;
        }
        if (value > 0 || value == Long.MIN_VALUE && !negative) {
            throw malformed();
        }
        json.writeNumber(negative ? value : -value);
    }

    private static MalformedValueException malformed() {
        return new MalformedValueException("expected a whole number of at most 64 bits");
    }
}
