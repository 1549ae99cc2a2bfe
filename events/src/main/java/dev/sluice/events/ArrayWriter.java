package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * {@code {1,NULL,"a\"b"}} becomes a JSON array, dimensions become arrays in arrays. Lower bounds other than 1, as in
 * {@code [0:1]={1,2}}, are left out. PostgreSQL's manual, "Array Input and Output Syntax".
 */
final class ArrayWriter implements ValueWriter {
    /** PostgreSQL's {@code MAXDIM}. */
    private static final int MAX_DIMENSIONS = 6;

    private final ValueWriter element;
    private final byte delimiter;
    private byte[] unescaped = new byte[256];

    ArrayWriter(ValueWriter element, char delimiter) {
        this.element = element;
        this.delimiter = (byte) delimiter;
    }

    @Override
    public void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException {
        int end = offset + length;
        int at = afterBounds(bytes, offset, end);
        int depth = 0;
        boolean elementExpected = true;
        do {
            byte next = at < end ? bytes[at] : 0;
            if (next == '{' && elementExpected && depth < MAX_DIMENSIONS) {
                json.writeStartArray();
                depth++;
                at++;
                elementExpected = at < end && bytes[at] != '}'; // {} holds nothing
            } else if (next == '}' && !elementExpected && depth > 0) {
                json.writeEndArray();
                depth--;
                at++;
            } else if (next == delimiter && !elementExpected && depth > 0) {
                at++;
                elementExpected = true;
            } else if (elementExpected && depth > 0 && at < end && next != '{') {
                at = next == '"' ? quoted(bytes, at + 1, end, json) : unquoted(bytes, at, end, json);
                elementExpected = false;
            } else {
                throw malformed();
            }
        } while (depth > 0);
        if (at != end) {
            throw malformed();
        }
    }

    private static int afterBounds(byte[] bytes, int from, int end) {
        if (from < end && bytes[from] == '[') {
            for (int i = from; i < end; i++) {
                if (bytes[i] == '=') {
                    return i + 1;
                }
            }
        }
        return from;
    }

    private int unquoted(byte[] bytes, int from, int end, JsonGenerator json) throws IOException {
        int at = from;
        while (at < end && bytes[at] != delimiter && bytes[at] != '}' && bytes[at] != '{' && bytes[at] != '"') {
            at++;
        }
        if (at == from) {
            throw malformed();
        }
        boolean isNull = at - from == 4
                && bytes[from] == 'N'
                && bytes[from + 1] == 'U'
                && bytes[from + 2] == 'L'
                && bytes[from + 3] == 'L';
        if (isNull) {
            json.writeNull();
        } else {
            element.write(bytes, from, at - from, json);
        }
        return at;
    }

    /** @return where the closing quote's successor is */
    private int quoted(byte[] bytes, int from, int end, JsonGenerator json) throws IOException {
        int closing = from;
        boolean escaped = false;
        while (closing < end && bytes[closing] != '"') {
            escaped |= bytes[closing] == '\\';
            closing += bytes[closing] == '\\' ? 2 : 1;
        }
        if (closing >= end) {
            throw malformed();
        }
        if (escaped) {
            int length = unescape(bytes, from, closing);
            element.write(unescaped, 0, length, json);
        } else {
            element.write(bytes, from, closing - from, json);
        }
        return closing + 1;
    }

    private int unescape(byte[] bytes, int from, int to) {
        if (unescaped.length < to - from) {
            unescaped = new byte[to - from];
        }
        int length = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                i++;
            }
            unescaped[length++] = bytes[i];
        }
        return length;
    }

    private static MalformedValueException malformed() {
        return new MalformedValueException("expected an array such as {1,2}");
    }
}
