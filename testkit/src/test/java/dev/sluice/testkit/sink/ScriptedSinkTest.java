package dev.sluice.testkit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.Sink;
import dev.sluice.testkit.change.Batches;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ScriptedSinkTest {
    private static final ChangeBatch BATCH = Batches.batch()
            .begin(700, 0x100)
            .insert(SinkContractTest.ITEMS, "1", "one", null)
            .commit(0x180)
            .build();

    private final Ledger ledger = new Ledger();
    private final Script script = new Script();

    @Test
    void faultsHappenInTheirOrder() {
        Sink sink =
                opened(new ScriptedSink(ledger, script.reject().failAfterWrite().serve(), false));
        assertThatThrownBy(() -> sink.write(BATCH).block()).isInstanceOf(SyncException.class);
        assertThat(ledger.changes()).isEmpty();
        assertThatThrownBy(() -> sink.write(BATCH).block()).isInstanceOf(SyncException.class);
        assertThat(ledger.changes()).hasSize(1);
        assertThat(sink.write(BATCH).block()).isEqualTo(BATCH.last());
        assertThat(ledger.changes()).hasSize(2);
        assertThat(script.isPlayed()).isTrue();
    }

    @Test
    void aHeldCallWaitsForItsRelease() {
        Hold hold = script.hold();
        Sink sink = opened(new ScriptedSink(ledger, script, true));
        CompletableFuture<Position> call = sink.write(BATCH).toFuture();
        hold.reached().block(Duration.ofSeconds(5));
        assertThat(call).isNotDone();
        assertThat(ledger.changes()).isEmpty();
        hold.release();
        assertThat(call).isCompletedWithValue(BATCH.last());
        assertThat(sink.open(SinkContractTest.SOURCE).block()).isEqualTo(BATCH.last());
    }

    @Test
    void overlappingCallsAreNoted() {
        Hold hold = script.hold();
        Sink sink = opened(new ScriptedSink(ledger, script, true));
        CompletableFuture<Position> first = sink.write(BATCH).toFuture();
        assertThatThrownBy(() -> sink.write(BATCH).block()).isInstanceOf(IllegalStateException.class);
        hold.release();
        assertThat(first).isCompleted();
        assertThat(ledger.violations()).containsExactly("write while WRITING");
    }

    @Test
    void openFailsWhenScripted() {
        Sink sink = new ScriptedSink(ledger, script.failOpen(ErrorKind.SINK_UNAVAILABLE), true);
        assertThatThrownBy(() -> opened(sink)).hasMessageContaining("open failed");
        opened(sink);
    }

    private static Sink opened(Sink sink) {
        sink.open(SinkContractTest.SOURCE).block();
        return sink;
    }
}
