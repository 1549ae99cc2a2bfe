package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.vertx.SluiceVerticle;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
@SuppressWarnings("NullAway.Init")
class SluiceVerticleTest {
    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void deployedItKeepsATargetInStepAndUndeployedItDrains(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        SluiceVerticle verticle = new SluiceVerticle(config(source, target));

        String deployment = await(vertx.deployVerticle(verticle));
        Eventually.get(() -> verticle.status().get(0).isReady(), ready -> ready);
        source.execute("DELETE FROM purchase WHERE id > 10", "INSERT INTO customer VALUES (1000, 'last', 1)");
        Eventually.get(() -> target.value("SELECT count(*) FROM customer"), "501"::equals);
        await(vertx.undeploy(deployment));

        assertThat(target.value("SELECT count(*) FROM purchase")).isEqualTo("10");
        assertThat(source.value(
                        "SELECT count(*) FROM pg_replication_slots WHERE active AND database = current_database()"))
                .isEqualTo("0");
    }

    @Test
    void deployedAgainItGoesOn(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        DeploymentOptions options = new DeploymentOptions().setConfig(config(source, target));

        String first = await(vertx.deployVerticle(SluiceVerticle.class, options));
        Eventually.get(() -> target.value("SELECT to_regclass('sluice.checkpoint')"), name -> name != null);
        Eventually.get(
                () -> target.value("SELECT count(*) FROM sluice.checkpoint WHERE state = 'streaming'"), "1"::equals);
        await(vertx.undeploy(first));
        source.execute("INSERT INTO customer VALUES (1000, 'meanwhile', 1)");
        String second = await(vertx.deployVerticle(SluiceVerticle.class, options));

        Eventually.get(() -> target.value("SELECT count(*) FROM customer"), "501"::equals);
        await(vertx.undeploy(second));
    }

    @Test
    void aWrongConfigurationFailsTheDeploymentWithEveryMistake() {
        JsonObject config = new JsonObject()
                .put("pipelines", new JsonObject().put("shop", new JsonObject().put("sorce", new JsonObject())))
                .put("state", new JsonArray());

        assertThatThrownBy(() -> await(vertx.deployVerticle(new SluiceVerticle(config))))
                .rootCause()
                .hasMessageContaining("$.state: state: expected a path, found a list")
                .hasMessageContaining("$.pipelines.shop.sorce: unknown key \"sorce\" in pipelines.shop")
                .hasMessageContaining("$.pipelines.shop: pipelines.shop: missing key \"sinks\"");
    }

    @Test
    void aPipelineThatCannotStartFailsTheDeploymentAndLeavesNothingOpen(TestDatabase source) {
        JsonObject config = config(source, source);
        config.getJsonObject("pipelines")
                .getJsonObject("shop")
                .getJsonObject("source")
                .put("url", source.server().url("nobody-there"));

        assertThatThrownBy(() -> await(vertx.deployVerticle(new SluiceVerticle(config))))
                .rootCause()
                .hasMessageContaining("nobody-there");
    }

    private JsonObject config(TestDatabase source, TestDatabase target) {
        JsonObject from = new JsonObject()
                .put("type", "postgres")
                .put("url", source.url())
                .put("slot", source.name())
                .put("publication", source.name())
                .put("tables", new JsonArray().add("public.*"));
        JsonObject to = new JsonObject().put("type", "postgres").put("url", target.url());
        JsonObject shop = new JsonObject().put("source", from).put("sinks", new JsonObject().put("replica", to));
        return new JsonObject()
                .put("state", directory.resolve("state").toString())
                .put("pipelines", new JsonObject().put("shop", shop));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
