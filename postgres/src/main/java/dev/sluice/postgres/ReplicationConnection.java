package dev.sluice.postgres;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.sql.SQLException;
import org.postgresql.jdbc.PgConnection;

/**
 * A walsender at the other end, and how much of what it sent waits in the system's receive buffer. Opened by {@link
 * Connections#openReplication}; whoever has it closes the connection.
 */
public final class ReplicationConnection {
    /**
     * To a server on this machine. The walsender makes one send for each change. As long as our window is open each of them
     * goes through the whole of TCP, receiving included, at the walsender's expense; once it is closed they are only joined
     * to what waits there already, and go over together when we read.
     */
    public static final int NEAR_RECEIVE_BUFFER_BYTES = 512 << 10;

    /** To a server far away, where a small window would limit the rate. */
    private static final int FAR_RECEIVE_BUFFER_BYTES = 4 << 20;

    /** Where the other end is, as far as it matters for reading. */
    public enum Distance {
        /** A Unix socket: the system holds some tens of kilobytes, and then the walsender waits. */
        UNIX,
        /** TCP on this machine. */
        NEAR,
        /** Another machine. */
        FAR
    }

    private final PgConnection connection;
    private final Socket socket;
    private final Distance distance;

    ReplicationConnection(PgConnection connection, Socket socket, boolean unix) throws SocketException {
        this.connection = connection;
        this.socket = socket;
        this.distance = unix ? Distance.UNIX : isNear(socket) ? Distance.NEAR : Distance.FAR;
        if (distance != Distance.UNIX) {
            socket.setReceiveBufferSize(
                    distance == Distance.NEAR ? NEAR_RECEIVE_BUFFER_BYTES : FAR_RECEIVE_BUFFER_BYTES);
        }
    }

    private static boolean isNear(Socket socket) {
        return socket.getInetAddress().isLoopbackAddress()
                || socket.getInetAddress().equals(socket.getLocalAddress());
    }

    public PgConnection connection() {
        return connection;
    }

    public Distance distance() {
        return distance;
    }

    /** Bytes, encrypted ones if TLS is spoken, that have come and have not been read. For the thread that reads. */
    public int waitingBytes() throws SQLException {
        try {
            return socket.getInputStream().available();
        } catch (IOException broken) {
            throw new SQLException(broken.getMessage(), "08006", broken);
        }
    }
}
