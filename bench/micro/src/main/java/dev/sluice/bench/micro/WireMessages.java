package dev.sluice.bench.micro;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes pgoutput's messages as they come out of the driver: each in an array of its own, behind a header that says where
 * it is in the WAL. PostgreSQL's manual, "Logical Replication Message Formats". For one thread.
 */
final class WireMessages {
    /** Where the message begins: after a byte {@code w}, two LSNs and a time. */
    static final int OFFSET = 25;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private WireMessages(char code) {
        bytes.writeBytes(new byte[OFFSET]);
        int8(code);
    }

    static byte[] begin(long finalLsn, int xid) {
        return new WireMessages('B').int64(finalLsn).int64(0).int32(xid).done();
    }

    static byte[] commit(long commitLsn, long endLsn) {
        return new WireMessages('C')
                .int8(0)
                .int64(commitLsn)
                .int64(endLsn)
                .int64(0)
                .done();
    }

    static byte[] relation(Relation relation) {
        WireMessages message = new WireMessages('R')
                .int32((int) relation.oid())
                .text(relation.schema())
                .text(relation.name())
                .int8('d')
                .int16(relation.columns().size());
        for (Column column : relation.columns()) {
            message.int8(column.key() ? 1 : 0)
                    .text(column.name())
                    .int32((int) column.type().oid())
                    .int32(column.modifier());
        }
        return message.done();
    }

    static byte[] insert(long oid, List<@Nullable String> row) {
        return new WireMessages('I').int32((int) oid).int8('N').tuple(row).done();
    }

    /** The key is as it was, so there is no old tuple. */
    static byte[] update(long oid, List<@Nullable String> row) {
        return new WireMessages('U').int32((int) oid).int8('N').tuple(row).done();
    }

    /** @param key the row with NULL in each column outside of the replica identity */
    static byte[] delete(long oid, List<@Nullable String> key) {
        return new WireMessages('D').int32((int) oid).int8('K').tuple(key).done();
    }

    private WireMessages tuple(List<@Nullable String> values) {
        int16(values.size());
        for (String value : values) {
            if (value == null) {
                int8('n');
            } else {
                byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
                int8('t').int32(encoded.length);
                bytes.writeBytes(encoded);
            }
        }
        return this;
    }

    private WireMessages text(String value) {
        bytes.writeBytes(value.getBytes(StandardCharsets.UTF_8));
        return int8(0);
    }

    private WireMessages int64(long value) {
        return int32((int) (value >>> 32)).int32((int) value);
    }

    private WireMessages int32(int value) {
        return int16(value >>> 16).int16(value);
    }

    private WireMessages int16(int value) {
        return int8(value >>> 8).int8(value);
    }

    private WireMessages int8(int value) {
        bytes.write(value);
        return this;
    }

    private byte[] done() {
        return bytes.toByteArray();
    }
}
