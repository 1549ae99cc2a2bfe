package dev.sluice.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.testkit.leak.LeavesNoThreads;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@LeavesNoThreads
class FaultProxyTest {
    private ServerSocket server;
    private FaultProxy proxy;

    FaultProxyTest() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = FaultProxy.to("127.0.0.1", server.getLocalPort());
    }

    @BeforeEach
    void echo() {
        Thread echo = new Thread(
                () -> {
                    while (!server.isClosed()) {
                        try (Socket socket = server.accept()) {
                            socket.getInputStream().transferTo(socket.getOutputStream());
                        } catch (IOException e) {
                            // the connection was cut, or the test is over
                        }
                    }
                },
                "echo");
        echo.setDaemon(true);
        echo.start();
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void passesBothWays() throws IOException {
        try (Socket client = connect()) {
            assertEchoes(client);
        }
        assertThat(proxy.passedBytes()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void cutEndsOpenConnectionsAndTakesNewOnes() throws IOException {
        try (Socket client = connect()) {
            assertEchoes(client);
            proxy.cut();
            assertEnded(client);
        }
        try (Socket client = connect()) {
            assertEchoes(client);
        }
    }

    @Test
    void cutsInsideAStream() throws IOException {
        try (Socket client = connect()) {
            assertEchoes(client);
            proxy.cutAfter(1500);
            client.getOutputStream().write(new byte[1000]);
            assertEnded(client);
        }
        assertThat(proxy.passedBytes()).isLessThanOrEqualTo(1502);
    }

    @Test
    void stalledBytesArriveLater() throws IOException {
        try (Socket client = connect()) {
            assertEchoes(client);
            proxy.stall();
            client.getOutputStream().write('b');
            client.setSoTimeout(200);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            proxy.pass();
            client.setSoTimeout(10_000);
            assertThat(client.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void slowIsSlow() throws IOException {
        try (Socket client = connect()) {
            assertEchoes(client);
            proxy.slow(10_000);
            long start = System.nanoTime();
            client.getOutputStream().write(new byte[5000]);
            client.getInputStream().readNBytes(5000);
            assertThat((System.nanoTime() - start) / 1_000_000).isGreaterThan(400);
        }
    }

    @Test
    void refusesUntilItPassesAgain() throws IOException {
        proxy.refuse();
        assertThatThrownBy(() -> connect().close()).isInstanceOf(ConnectException.class);
        proxy.pass();
        try (Socket client = connect()) {
            assertEchoes(client);
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static void assertEchoes(Socket client) throws IOException {
        client.getOutputStream().write('a');
        assertThat(client.getInputStream().read()).isEqualTo('a');
    }

    private static void assertEnded(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }
}
