package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** {@code t} and {@code f} become {@code true} and {@code false}. */
final class BooleanWriter implements ValueWriter {
    @Override
    public void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException {
        if (length != 1 || bytes[offset] != 't' && bytes[offset] != 'f') {
            throw new MalformedValueException("expected t or f");
        }
        json.writeBoolean(bytes[offset] == 't');
    }
}
