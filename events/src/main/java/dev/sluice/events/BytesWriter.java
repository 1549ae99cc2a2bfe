package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** {@code \x} and hexadecimal digits, PostgreSQL's default {@code bytea_output}, become base64. */
final class BytesWriter implements ValueWriter {
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] decoded = new byte[256];

    @Override
    public void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException {
        if (length < 2 || length % 2 != 0 || bytes[offset] != '\\' || bytes[offset + 1] != 'x') {
            throw malformed();
        }
        int count = length / 2 - 1;
        byte[] target = count <= decoded.length ? decoded : new byte[count];
        if (count <= KEPT_BYTES) {
            decoded = target;
        }
        for (int i = 0, at = offset + 2; i < count; i++, at += 2) {
            target[i] = (byte) (digit(bytes[at]) << 4 | digit(bytes[at + 1]));
        }
        json.writeBinary(target, 0, count);
    }

    private static int digit(byte character) {
        int digit = Character.digit(character, 16);
        if (digit < 0) {
            throw malformed();
        }
        return digit;
    }

    private static MalformedValueException malformed() {
        return new MalformedValueException("expected \\x and hexadecimal digits");
    }
}
