package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.SOURCE;
import static dev.sluice.sink.postgres.TargetFixture.START;
import static dev.sluice.sink.postgres.TargetFixture.await;
import static dev.sluice.sink.postgres.TargetFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Secret;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.proxy.FaultProxy;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

@SharedVertx
@PostgresTest
class ConnectionTest {
    private static final Relation T =
            Batches.relation("public", "t").key("id", "int4").build();

    private TargetFixture target;

    @BeforeEach
    void target(TestDatabase database, Vertx vertx) {
        target = new TargetFixture(database, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void aUnixSocketServesStreamAndCopy(TestDatabase database) throws Exception {
        TransactionalSink sink =
                target.newSink("postgresql://postgres@:" + database.server().port() + "/" + database.name() + "?host="
                        + database.server().socketDirectory());
        get(sink.open(SOURCE));
        await(sink.prepareCopy(java.util.List.of(T), START));
        get(sink.copy(T, START, Flux.just(Batches.copy(T, START).row("1").build())));
        get(sink.completeCopy(START));
        TargetFixture.write(
                sink,
                Batches.batch().begin(1, 0x100).insert(T, "2").commit(0x180).build());
        assertThat(target.rows(T)).hasSize(2);
    }

    @Test
    void aConnectionThatHangsCanBeGivenUp(TestDatabase database) {
        giveUp(database, target);
    }

    @Test
    void aConnectionThatHangsCanBeGivenUpWithAVertxOfItsOwn(TestDatabase database) {
        try (TargetFixture own = new TargetFixture(database)) {
            giveUp(database, own);
        }
    }

    private static void giveUp(TestDatabase database, TargetFixture fixture) {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", database.server().port())) {
            TransactionalSink sink =
                    fixture.newSink("postgresql://postgres@127.0.0.1:" + proxy.port() + "/" + database.name());
            fixture.start(sink, T);
            proxy.stall();
            assertThatThrownBy(() -> sink.write(Batches.progress(0x100))
                            .timeout(Duration.ofMillis(200))
                            .block())
                    .hasMessageContaining("200");
            await(sink.close());
        }
    }

    @Test
    void itsSessionIsNamedAfterPipelineAndSinkAndUsesTheSharedVertx(TestDatabase database) throws Exception {
        target.started(T);
        assertThat(database.rows(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice shop/replica'"))
                .containsExactly(java.util.List.of("1"));
    }

    @Test
    void aPasswordIsUsedAndNeverShown(TestDatabase database) throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            server.execute("postgres", "CREATE ROLE app LOGIN SUPERUSER PASSWORD 's3cret'");
            server.hba("host all app 127.0.0.1/32 scram-sha-256");
            PostgresSinkConfig right =
                    new PostgresSinkConfig(server.url("app", "postgres"), new Secret("s3cret"), true, 1);
            PostgresSinkConfig wrong =
                    new PostgresSinkConfig(server.url("app", "postgres"), new Secret("w0rse"), true, 1);
            assertThat(get(target.newSink(right).open(SOURCE))).isEqualTo(Position.NONE);
            SyncException error = catchThrowableOfType(
                    SyncException.class, () -> get(target.newSink(wrong).open(SOURCE)));
            assertThat(error.kind()).isEqualTo(ErrorKind.SINK_REFUSED);
            assertThat(error).hasMessageContaining("app").hasMessageNotContaining("w0rse");
            assertThat(wrong.toString()).doesNotContain("w0rse");
            target.close();
        }
    }

    @Test
    void aServerThatRestartsIsConnectedToAgain() throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            TransactionalSink sink = target.newSink(server.url("postgres"));
            target.start(sink, T);
            server.stop();
            SyncException gone =
                    catchThrowableOfType(SyncException.class, () -> TargetFixture.write(sink, Batches.progress(0x100)));
            assertThat(gone.kind()).isEqualTo(ErrorKind.SINK_UNAVAILABLE);
            SyncException stillGone = catchThrowableOfType(SyncException.class, () -> get(sink.open(SOURCE)));
            assertThat(stillGone.kind()).isEqualTo(ErrorKind.SINK_UNAVAILABLE);
            server.startAgain();
            assertThat(get(sink.open(SOURCE))).isEqualTo(START);
            assertThat(TargetFixture.write(sink, Batches.progress(0x100))).isEqualTo(Position.boundary(0x100));
            await(sink.close());
        }
    }
}
