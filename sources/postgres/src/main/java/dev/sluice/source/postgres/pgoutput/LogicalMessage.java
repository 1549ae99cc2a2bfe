package dev.sluice.source.postgres.pgoutput;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What somebody put into the WAL with {@code pg_logical_emit_message}.
 *
 * @param transactional whether it belongs to the open transaction
 * @param lsn where it stands
 * @param prefix who it is for
 * @param content not to be written to
 */
@SuppressWarnings("ArrayRecordComponent") // equality is by content, below
public record LogicalMessage(boolean transactional, long lsn, String prefix, byte[] content) {
    public static final byte CODE = 'M';

    public static LogicalMessage decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Message", bytes, offset, length);
        byte flags = reader.readByte("flags");
        long lsn = reader.readInt64("LSN");
        String prefix = reader.readString("prefix");
        byte[] content = reader.readBytes("content", reader.readInt32("content length"));
        reader.requireEnd();
        return new LogicalMessage((flags & 1) != 0, lsn, prefix, content);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LogicalMessage that
                && transactional == that.transactional
                && lsn == that.lsn
                && prefix.equals(that.prefix)
                && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(lsn) + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "LogicalMessage[" + prefix + ", " + content.length + " bytes]";
    }
}
