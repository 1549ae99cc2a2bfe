package dev.sluice.testkit.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback that passes, slows, stalls, cuts or refuses what goes through it. Methods may be called from any
 * thread and act at once on connections that are open and on those to come. Its own threads are daemons, two a connection.
 */
public final class FaultProxy implements AutoCloseable {
    private final InetSocketAddress target;
    private final int port;
    private final Throttle throttle = new Throttle();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private @Nullable Listener listener;
    private boolean closed;

    private FaultProxy(InetSocketAddress target, int port) {
        this.target = target;
        this.port = port;
    }

    /** Listens on a free port of 127.0.0.1 and passes everything to that address. */
    public static FaultProxy to(String host, int targetPort) {
        try {
            ServerSocket listener = listen(0);
            FaultProxy proxy = new FaultProxy(new InetSocketAddress(host, targetPort), listener.getLocalPort());
            proxy.accept(listener);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** Number of connections that are open now. */
    public int open() {
        return connections.size();
    }

    /** Number of connections accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Bytes passed so far, both directions of all connections together. */
    public long passedBytes() {
        return throttle.passedBytes();
    }

    /** Back to health: everything passes as fast as it comes. */
    public void pass() {
        throttle.pass();
        synchronized (this) {
            if (listener == null && !closed) {
                try {
                    accept(listen(port));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Nothing moves any more, in either direction, but connections stay open and new ones are taken. */
    public void stall() {
        throttle.stall();
    }

    /** Each direction of each connection moves this many bytes a second. */
    public void slow(long bytesPerSecond) {
        throttle.slow(bytesPerSecond);
    }

    /** Closes all open connections, as a router would that restarts. New ones are served. */
    public void cut() {
        List<ProxiedConnection> open = new ArrayList<>(connections);
        open.forEach(ProxiedConnection::close);
    }

    /** Cuts once this many more bytes have passed, so that a stream breaks inside a message. */
    public void cutAfter(long bytes) {
        throttle.after(bytes, this::cut);
    }

    /** New connections are refused by the operating system; open ones stay. {@link #pass} ends it. */
    public synchronized void refuse() {
        Listener listening = listener;
        if (listening != null) {
            listener = null;
            listening.close();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        refuse();
        throttle.pass();
        cut();
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private synchronized void accept(ServerSocket socket) {
        Thread acceptor = new Thread(() -> acceptAll(socket), "fault-proxy-" + port);
        acceptor.setDaemon(true);
        acceptor.start();
        listener = new Listener(socket, acceptor);
    }

    private void acceptAll(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                accepted.incrementAndGet();
                ProxiedConnection connection = new ProxiedConnection(client, target, throttle, connections::remove);
                connections.add(connection);
                connection.start();
            } catch (IOException e) {
                // Either refuse() has closed the listener, and the loop ends, or one client has gone: serve the next.
            }
        }
    }

    private record Listener(ServerSocket socket, Thread acceptor) {
        /** The operating system goes on listening until the thread that accepts has noticed, so that is waited for. */
        void close() {
            closeQuietly(socket);
            try {
                acceptor.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // Closing is all that was wanted; a socket that fails to close is as good as closed to both ends.
        }
    }
}
