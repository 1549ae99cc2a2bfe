package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The text form as it is. {@link PlainText} goes out as it came. What is not ASCII is checked first: a database in SQL_ASCII
 * may hold anything, and a document that is not UTF-8 could be read by nobody.
 */
final class TextWriter implements ValueWriter {
    private static final int CHECKED_AT_ONCE = 4096;

    private @Nullable CharsetDecoder decoder;
    private @Nullable CharBuffer decoded;

    @Override
    public void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException {
        if (PlainText.is(bytes, offset, length)) {
            json.writeRawUTF8String(bytes, offset, length);
            return;
        }
        int end = offset + length;
        for (int i = offset; i < end; i++) {
            if (bytes[i] < 0) {
                requireUtf8(bytes, i, end);
                break;
            }
        }
        json.writeUTF8String(bytes, offset, length);
    }

    private void requireUtf8(byte[] bytes, int from, int end) {
        if (decoder == null || decoded == null) {
            decoder = StandardCharsets.UTF_8.newDecoder();
            decoded = CharBuffer.allocate(CHECKED_AT_ONCE);
        }
        ByteBuffer input = ByteBuffer.wrap(bytes, from, end - from);
        decoder.reset();
        CoderResult result;
        do {
            decoded.clear();
            result = decoder.decode(input, decoded, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new MalformedValueException("expected UTF-8");
        }
    }
}
