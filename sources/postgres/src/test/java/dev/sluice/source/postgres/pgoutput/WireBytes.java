package dev.sluice.source.postgres.pgoutput;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes messages for tests, field by field. */
public final class WireBytes {
    /** Stands for a value that was not sent. */
    public static final String UNCHANGED = "\u0000unchanged";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public static WireBytes message(char code) {
        return new WireBytes().int8(code);
    }

    public static byte[] begin(long finalLsn, int xid) {
        return message('B').int64(finalLsn).int64(0).int32(xid).bytes();
    }

    public static byte[] commit(long commitLsn, long endLsn) {
        return message('C').int8(0).int64(commitLsn).int64(endLsn).int64(0).bytes();
    }

    /** A table with text columns of which the first is the key. */
    public static byte[] relation(int oid, String schema, String name, String... columns) {
        WireBytes message =
                message('R').int32(oid).text(schema).text(name).int8('d').int16(columns.length);
        for (int i = 0; i < columns.length; i++) {
            message.int8(i == 0 ? 1 : 0).text(columns[i]).int32(25).int32(-1);
        }
        return message.bytes();
    }

    public static byte[] insert(int oid, @Nullable String... values) {
        return message('I').int32(oid).int8('N').tuple(values).bytes();
    }

    public WireBytes int8(int value) {
        bytes.write(value);
        return this;
    }

    public WireBytes int16(int value) {
        return int8(value >>> 8).int8(value);
    }

    public WireBytes int32(int value) {
        return int16(value >>> 16).int16(value);
    }

    public WireBytes int64(long value) {
        return int32((int) (value >>> 32)).int32((int) value);
    }

    public WireBytes text(String value) {
        bytes.writeBytes(value.getBytes(StandardCharsets.UTF_8));
        return int8(0);
    }

    public WireBytes tuple(@Nullable String... values) {
        int16(values.length);
        for (String value : values) {
            if (value == null) {
                int8('n');
            } else if (value.equals(UNCHANGED)) {
                int8('u');
            } else {
                byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
                int8('t').int32(encoded.length);
                bytes.writeBytes(encoded);
            }
        }
        return this;
    }

    public byte[] bytes() {
        return bytes.toByteArray();
    }
}
