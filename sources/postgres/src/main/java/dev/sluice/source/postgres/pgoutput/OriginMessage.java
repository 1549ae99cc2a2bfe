package dev.sluice.source.postgres.pgoutput;

/**
 * The transaction came to the server from elsewhere, by replication.
 *
 * @param commitLsn where it was committed there
 * @param name of the replication origin
 */
public record OriginMessage(long commitLsn, String name) {
    public static final byte CODE = 'O';

    public static OriginMessage decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Origin", bytes, offset, length);
        OriginMessage message = new OriginMessage(reader.readInt64("commit LSN"), reader.readString("name"));
        reader.requireEnd();
        return message;
    }
}
