package dev.sluice.testkit.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One client and its connection to the target, with a thread for each direction. */
final class ProxiedConnection {
    private static final int CHUNK_BYTES = 8192;

    private final Socket client;
    private final Socket server = new Socket();
    private final InetSocketAddress target;
    private final Throttle throttle;
    private final Consumer<ProxiedConnection> whenClosed;
    private final AtomicBoolean closed = new AtomicBoolean();

    ProxiedConnection(
            Socket client, InetSocketAddress target, Throttle throttle, Consumer<ProxiedConnection> whenClosed) {
        this.client = client;
        this.target = target;
        this.throttle = throttle;
        this.whenClosed = whenClosed;
    }

    void start() {
        daemon(this::connectAndPump, "fault-proxy-up-" + client.getPort());
    }

    /** Closing a socket wakes the thread that reads from it. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            FaultProxy.closeQuietly(client);
            FaultProxy.closeQuietly(server);
            throttle.wake();
            whenClosed.accept(this);
        }
    }

    private void connectAndPump() {
        try {
            server.connect(target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            close(); // the client sees what it would see of a target that is down: its connection ends
            return;
        }
        daemon(() -> pump(server, client), "fault-proxy-down-" + client.getPort());
        pump(client, server);
    }

    private void pump(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                throttle.send(chunk, length, out, closed::get);
            }
            to.shutdownOutput();
            from.shutdownInput();
            if (client.isOutputShutdown() && server.isOutputShutdown()) {
                close();
            }
        } catch (IOException | InterruptedException e) {
            close(); // one end has gone; the other is told by closing it
        }
    }

    private static void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
