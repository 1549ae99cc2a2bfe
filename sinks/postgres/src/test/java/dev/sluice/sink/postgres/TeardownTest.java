package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** In a Vert.x of the sink's own. */
@PostgresTest
class TeardownTest {
    private static final Relation T =
            Batches.relation("public", "t").key("id", "int4").build();

    private final PostgresSinkProvider provider = new PostgresSinkProvider();
    private TargetFixture target;
    private PostgresSinkConfig config;

    @BeforeEach
    void target(TestDatabase database) {
        target = new TargetFixture(database);
        config = new PostgresSinkConfig(database.url(), null, true, 1);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void thePositionAndTheSchemaGoAndTheRowsStay() throws Exception {
        copiedOneRow();
        List<String> told = teardown(false);
        assertThat(told).hasSize(3);
        assertThat(told.get(0)).contains("shop/replica", "0/50", "streaming");
        assertThat(target.database().value("SELECT count(*) FROM sluice.checkpoint"))
                .isEqualTo("1");

        assertThat(teardown(true)).isEqualTo(told);
        assertThat(target.database().value("SELECT to_regnamespace('sluice')")).isNull();
        assertThat(target.rows(T)).hasSize(1);
        assertThat(teardown(true)).isEmpty();
    }

    @Test
    void whatOtherPipelinesKeepThereStays() throws Exception {
        copiedOneRow();
        target.database().execute("""
                INSERT INTO sluice.checkpoint SELECT 'other', sink, system_identifier, timeline, database, slot, lsn, ordinal,
                  epoch, state, updated_at FROM sluice.checkpoint
                """);
        assertThat(teardown(true)).hasSize(2);
        assertThat(target.database().rows("SELECT pipeline FROM sluice.checkpoint"))
                .containsExactly(List.of("other"));
        assertThat(target.database().value("SELECT count(*) FROM sluice.copied"))
                .isEqualTo("0");
    }

    @Test
    void anotherStreamsCheckpointIsLeftAlone() {
        copiedOneRow();
        SourceIdentity elsewhere = new SourceIdentity("42", 1, "shop", "sluice_shop");
        assertThatThrownBy(() -> provider.teardown(config, target.context(), elsewhere, true)
                        .block())
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.STATE_MISMATCH);
    }

    private void copiedOneRow() {
        TransactionalSink sink = target.newSink();
        get(sink.open(TargetFixture.SOURCE));
        TargetFixture.await(sink.prepareCopy(List.of(T), TargetFixture.START));
        get(sink.copy(
                T,
                TargetFixture.START,
                Flux.just(Batches.copy(T, TargetFixture.START).row("1").build())));
        get(sink.completeCopy(TargetFixture.START));
        TargetFixture.await(sink.close());
    }

    private List<String> teardown(boolean really) {
        return get(provider.teardown(config, target.context(), TargetFixture.SOURCE, really));
    }
}
