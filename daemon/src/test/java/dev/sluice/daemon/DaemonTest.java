package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class DaemonTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void answersOverHttpAboutARunningPipeline(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        try (Daemon daemon = Daemon.open(config(source.url(), source.name(), target.url(), 0))) {
            assertThat(get(daemon, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(daemon, "/readyz").statusCode()).isEqualTo(503);

            daemon.start();
            HttpResponse<String> ready =
                    Eventually.get(() -> get(daemon, "/readyz"), response -> response.statusCode() == 200);

            JsonObject shop =
                    new JsonObject(ready.body()).getJsonObject("pipelines").getJsonObject("shop");
            assertThat(shop.getString("state")).isEqualTo("streaming");
            assertThat(shop.getJsonObject("sinks").getJsonObject("replica").getBoolean("ready"))
                    .isTrue();

            source.execute("UPDATE customer SET credit = 0");
            daemon.pipelines().get(0).caughtUp().block();
            assertThat(target.value("SELECT count(*) FROM customer WHERE credit = 0"))
                    .isEqualTo("500");
            assertThat(get(daemon, "/metrics").body())
                    .contains("sluice_sink_changes_total{pipeline=\"shop\",sink=\"replica\"}")
                    .contains("sluice_sink_write_seconds_bucket")
                    .containsPattern("sluice_source\\S*retained\\S*\\{pipeline=\"shop\"}")
                    .contains("jvm_memory_used_bytes")
                    .doesNotContain("customer");
            JsonObject status = new JsonObject(get(daemon, "/status").body());
            JsonObject lane = status.getJsonArray("pipelines")
                    .getJsonObject(0)
                    .getJsonArray("sinks")
                    .getJsonObject(0);
            assertThat(lane.getLong("changes")).isGreaterThanOrEqualTo(500);
            JsonObject copy = lane.getJsonObject("copy");
            assertThat(copy.getString("way")).isEqualTo("first");
            assertThat(copy.getInteger("percent")).isEqualTo(100);
            assertThat(copy.getJsonArray("tables")).hasSize(2);
        }
    }

    @Test
    void otherPathsAndMethodsAreRefused(TestDatabase source) throws Exception {
        try (Daemon daemon = Daemon.open(config(source.url(), source.name(), source.url(), 0))) {
            assertThat(get(daemon, "/nothing").statusCode()).isEqualTo(404);
            HttpRequest post = request(daemon, "/livez")
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> refused = CLIENT.send(post, HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(405);
            assertThat(refused.headers().firstValue("allow")).contains("GET, HEAD");
            HttpRequest head = request(daemon, "/livez")
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(CLIENT.send(head, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void isAliveButNotReadyWhileTheSourceIsAway() throws Exception {
        int nobody = freePort();
        String url = "postgresql://sluice:hunter2@127.0.0.1:" + nobody + "/shop";
        try (Daemon daemon = Daemon.open(config(url, "away", url, 0))) {
            daemon.start();

            HttpResponse<String> response = Eventually.get(
                    () -> get(daemon, "/readyz"), answer -> answer.body().contains("reason"));

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("127.0.0.1:" + nobody).doesNotContain("hunter2");
            assertThat(get(daemon, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(daemon, "/status").body()).doesNotContain("hunter2");
        }
    }

    @Test
    void becomesReadyWhenTheSourceComesBack(TestDatabase database) throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            server.createDatabase("shop");
            server.execute("shop", "CREATE TABLE t (id int PRIMARY KEY)");
            try (Daemon daemon = Daemon.open(config(server.url("shop"), "back", database.url(), 0))) {
                daemon.start();
                Eventually.get(() -> get(daemon, "/readyz"), response -> response.statusCode() == 200);

                server.kill();
                Eventually.get(() -> get(daemon, "/readyz"), response -> response.statusCode() == 503);
                server.startAgain();

                Eventually.get(() -> get(daemon, "/readyz"), response -> response.statusCode() == 200);
            }
        }
    }

    @Test
    void aPortInUseIsAnErrorWithARemedy(TestDatabase source) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SluiceConfig config = config(source.url(), source.name(), source.url(), taken.getLocalPort());

            assertThatThrownBy(() -> Daemon.open(config))
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort() + " for HTTP")
                    .hasMessageContaining("-> Stop what listens there, or choose another http: host and port.");
            assertThat(config.state()).doesNotExist();
        }
    }

    private SluiceConfig config(String source, String slot, String target, int port) {
        Map<String, Object> tree = Map.of(
                "state",
                "state",
                "http",
                Map.of("port", port),
                "pipelines",
                Map.of(
                        "shop",
                        Map.of(
                                "source",
                                Map.of(
                                        "type", "postgres",
                                        "url", source,
                                        "slot", slot,
                                        "publication", slot,
                                        "tables", List.of("public.*")),
                                "sinks",
                                Map.of("replica", Map.of("type", "postgres", "url", target)))));
        return SluiceConfig.read(
                ConfigNode.of(tree, "$"), ConfigBinder.of(Map.of(), directory), Providers.load(), Map.of());
    }

    private static HttpResponse<String> get(Daemon daemon, String path) throws IOException, InterruptedException {
        return CLIENT.send(request(daemon, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Daemon daemon, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.httpPort() + path));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
