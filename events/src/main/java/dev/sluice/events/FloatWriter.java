package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers as the server writes them, digit for digit; {@code NaN} and the infinities, which JSON lacks, as texts. */
final class FloatWriter implements ValueWriter {
    private static final int MAX_LENGTH = 64;

    private final char[] characters = new char[MAX_LENGTH];

    @Override
    public void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException {
        if (is("NaN", bytes, offset, length)
                || is("Infinity", bytes, offset, length)
                || is("-Infinity", bytes, offset, length)) {
            json.writeUTF8String(bytes, offset, length);
            return;
        }
        if (!isNumber(bytes, offset, offset + length) || length > MAX_LENGTH) {
            throw new MalformedValueException("expected a number, NaN or Infinity");
        }
        for (int i = 0; i < length; i++) {
            characters[i] = (char) bytes[offset + i];
        }
        json.writeNumber(characters, 0, length);
    }

    /** RFC 8259, section 6: {@code -? digits (. digits)? ([eE] [+-]? digits)?}. */
    private static boolean isNumber(byte[] bytes, int from, int end) {
        int at = from < end && bytes[from] == '-' ? from + 1 : from;
        int fraction = afterDigits(bytes, at, end);
        boolean leadingZero = fraction > at + 1 && bytes[at] == '0';
        if (fraction == at || leadingZero) {
            return false;
        }
        at = fraction;
        if (at < end && bytes[at] == '.') {
            int after = afterDigits(bytes, at + 1, end);
            if (after == at + 1) {
                return false;
            }
            at = after;
        }
        if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            at += at < end && (bytes[at] == '+' || bytes[at] == '-') ? 1 : 0;
            int after = afterDigits(bytes, at, end);
            if (after == at) {
                return false;
            }
            at = after;
        }
        return at == end;
    }

    private static int afterDigits(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at;
    }

    private static boolean is(String word, byte[] bytes, int offset, int length) {
        return length == word.length()
                && bytes[offset] == word.charAt(0)
                && Arrays.equals(bytes, offset, offset + length, word.getBytes(StandardCharsets.US_ASCII), 0, length);
    }
}
