package dev.sluice.source.postgres.pgoutput;

/**
 * The transaction's changes end.
 *
 * @param commitLsn where its commit record starts
 * @param endLsn where its commit record ends
 * @param commitMicros microseconds since 1970
 */
public record Commit(long commitLsn, long endLsn, long commitMicros) {
    public static final byte CODE = 'C';

    public static Commit decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Commit", bytes, offset, length);
        byte flags = reader.readByte("flags");
        if (flags != 0) {
            throw reader.malformed("flags", "0", Integer.toString(flags & 0xFF));
        }
        long commitLsn = reader.readInt64("commit LSN");
        long endLsn = reader.readInt64("end LSN");
        long commitMicros = Wire.toUnixMicros(reader.readInt64("commit timestamp"));
        reader.requireEnd();
        if (Long.compareUnsigned(endLsn, commitLsn) <= 0) {
            throw reader.malformed("end LSN", "after the commit LSN", Long.toHexString(endLsn));
        }
        return new Commit(commitLsn, endLsn, commitMicros);
    }
}
