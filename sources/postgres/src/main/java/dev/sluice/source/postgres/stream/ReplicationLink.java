package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.Position;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.ReplicationConnection;
import dev.sluice.postgres.ReplicationConnection.Distance;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.pgoutput.Wire;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyDual;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A walsender that streams a slot with pgoutput: PostgreSQL's manual, 54.4, "Streaming Replication Protocol".
 *
 * <p>This speaks the protocol over pgjdbc's copy-both mode rather than over its {@code PGReplicationStream}: the latter
 * hides keepalives and may confirm positions by itself. One thread reads; status messages may be sent from another (pgjdbc
 * takes a lock for each).
 */
final class ReplicationLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationLink.class);

    /** First byte of what the server sends. */
    static final byte XLOG_DATA = 'w';

    static final byte KEEPALIVE = 'k';

    /** XLogData: code, start of the data, end of WAL on the server, its clock; then the message of the output plugin. */
    static final int PAYLOAD_OFFSET = 1 + 8 + 8 + 8;

    private static final int KEEPALIVE_LENGTH = 1 + 8 + 8 + 1;
    private static final int STATUS_LENGTH = 1 + 8 + 8 + 8 + 8 + 1;

    private final ReplicationConnection replication;
    private final PgConnection connection;
    private final CopyDual copy;

    private ReplicationLink(ReplicationConnection replication, CopyDual copy) {
        this.replication = replication;
        this.connection = replication.connection();
        this.copy = copy;
    }

    /**
     * Starts streaming at the first transaction whose commit record begins at {@code startLsn} or later.
     *
     * @param slot only letters, digits and underscores
     */
    static ReplicationLink open(Connections connections, String slot, String publication, long startLsn)
            throws SQLException {
        ReplicationConnection replication = connections.openReplication();
        PgConnection connection = replication.connection();
        try {
            CopyDual copy = connection
                    .getCopyAPI()
                    .copyDual("START_REPLICATION SLOT " + Identifiers.quote(slot) + " LOGICAL "
                            + Position.formatLsn(startLsn) + " (proto_version '1', messages 'true', publication_names "
                            + Identifiers.replicationLiteral(Identifiers.quote(publication)) + ")");
            return new ReplicationLink(replication, copy);
        } catch (SQLException | RuntimeException error) {
            try {
                connection.close();
            } catch (SQLException alsoBroken) {
                error.addSuppressed(alsoBroken);
            }
            throw error;
        }
    }

    /**
     * The next message, or null if none came within about a millisecond. Null at once, again and again, may mean that the
     * server has closed the connection: {@link #await} tells.
     */
    byte @Nullable [] poll() throws SQLException {
        return copy.readFromCopy(false);
    }

    /** Bytes that the system has received and nobody has read. */
    int waitingBytes() throws SQLException {
        return replication.waitingBytes();
    }

    Distance distance() {
        return replication.distance();
    }

    /** The next message, however long it takes; null if the server ended the stream in good order. */
    byte @Nullable [] await() throws SQLException {
        return copy.isActive() ? copy.readFromCopy(true) : null;
    }

    /** From now on a message that has begun and does not go on for so long, or an {@link #await}, is a broken connection. */
    void limitReads(Duration patience) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(patience.toMillis()));
    }

    /**
     * From 18 on a publication that is missing is a mere warning, and every change is left out. Positions that come after such
     * a warning must not be believed.
     */
    void requireNoWarning() throws SQLException {
        SQLWarning warning = connection.getWarnings();
        if (warning == null) {
            return;
        }
        connection.clearWarnings();
        if (SqlStates.OBJECT_NOT_IN_PREREQUISITE_STATE.equals(warning.getSQLState())) {
            throw new SQLException("publication: " + warning.getMessage(), SqlStates.UNDEFINED_OBJECT, warning);
        }
        LOG.warn("The walsender says: {}", warning.getMessage());
    }

    /** @throws SQLException if the message is shorter than its header */
    static void requireWhole(byte[] message) throws SQLException {
        int needed = message.length == 0 || message[0] == XLOG_DATA ? PAYLOAD_OFFSET + 1 : KEEPALIVE_LENGTH;
        if (message.length < needed) {
            throw new SQLException("a replication message has " + message.length + " bytes of " + needed, "08P01");
        }
    }

    static long walEnd(byte[] keepalive) {
        return Wire.int64(keepalive, 1);
    }

    static boolean asksForReply(byte[] keepalive) {
        return keepalive[KEEPALIVE_LENGTH - 1] != 0;
    }

    /**
     * Standby status update.
     *
     * @param written last WAL position that was received
     * @param flushed what the server may forget; 0 for nothing new
     * @param askForReply whether the server shall answer with a keepalive at once
     */
    void sendStatus(long written, long flushed, boolean askForReply) throws SQLException {
        byte[] status = new byte[STATUS_LENGTH];
        status[0] = 'r';
        Wire.putInt64(status, 1, written);
        Wire.putInt64(status, 9, flushed);
        Wire.putInt64(status, 17, flushed);
        Wire.putInt64(status, 25, Wire.toPostgresMicros(System.currentTimeMillis() * 1000));
        status[33] = (byte) (askForReply ? 1 : 0);
        copy.writeToCopy(status, 0, status.length);
        copy.flushCopy();
    }

    /** Drops what comes until the server answers, or for so long. Data left unread could cost it our last message. */
    void drainUntilKeepalive(Duration patience) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            byte[] message = poll();
            if (message != null && message.length > 0 && message[0] == KEEPALIVE) {
                return;
            }
        }
    }

    /** Sends Terminate and closes the socket, without waiting for what the server still has to send. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Closes the socket under whoever reads. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException refused) {
            throw new IllegalStateException("pgjdbc aborts on the calling thread without asking", refused);
        }
    }
}
