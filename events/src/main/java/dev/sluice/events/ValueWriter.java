package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Writes values of one type as JSON, from PostgreSQL's text form. For one thread: some keep a buffer. */
interface ValueWriter {
    /** @throws MalformedValueException when the bytes are not the type's text form */
    void write(byte[] bytes, int offset, int length, JsonGenerator json) throws IOException;
}
