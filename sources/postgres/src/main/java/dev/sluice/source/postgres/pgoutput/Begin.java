package dev.sluice.source.postgres.pgoutput;

/**
 * A transaction's changes follow.
 *
 * @param finalLsn where its commit record starts
 * @param commitMicros microseconds since 1970
 * @param xid transaction id
 */
public record Begin(long finalLsn, long commitMicros, long xid) {
    public static final byte CODE = 'B';

    public static Begin decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Begin", bytes, offset, length);
        long finalLsn = reader.readInt64("final LSN");
        long commitMicros = Wire.toUnixMicros(reader.readInt64("commit timestamp"));
        long xid = reader.readUnsigned32("xid");
        reader.requireEnd();
        return new Begin(finalLsn, commitMicros, xid);
    }
}
