package dev.sluice.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sockets of one connection and remembers the last one, since pgjdbc itself does not show it. pgjdbc makes its
 * socket factory by itself, from the name of a class and one text; the text names a {@link Watch} that was left here. Any
 * thread.
 */
public final class WatchedSocketFactory extends SocketFactory {
    private static final Map<String, Watch> WATCHES = new ConcurrentHashMap<>();

    private final Watch watch;

    /** Waits for the socket of a connection that is about to be opened; closed once it is, or was not. */
    static final class Watch implements AutoCloseable {
        private final String key = UUID.randomUUID().toString();
        private final SocketFactory maker;
        private volatile @Nullable Socket socket;

        /** @param maker makes the sockets */
        Watch(SocketFactory maker) {
            this.maker = maker;
            WATCHES.put(key, this);
        }

        /** What pgjdbc is to be given for its property {@code socketFactoryArg}. */
        String key() {
            return key;
        }

        /** The socket that was made last: without TLS, if that is spoken over it. */
        Socket socket() {
            return Objects.requireNonNull(socket, "pgjdbc has not made a socket");
        }

        @Override
        public void close() {
            WATCHES.remove(key);
        }
    }

    /**
     * For pgjdbc.
     *
     * @param key of a watch
     */
    public WatchedSocketFactory(String key) {
        this.watch = Objects.requireNonNull(WATCHES.get(key), "nobody waits for this socket");
    }

    private Socket remembered(Socket made) {
        watch.socket = made;
        return made;
    }

    @Override
    public Socket createSocket() throws IOException {
        return remembered(watch.maker.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return remembered(watch.maker.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return remembered(watch.maker.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return remembered(watch.maker.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return remembered(watch.maker.createSocket(host, port, localHost, localPort));
    }
}
