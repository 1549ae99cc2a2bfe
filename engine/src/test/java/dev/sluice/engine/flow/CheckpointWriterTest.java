package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.checkpoint.KnownShape;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckpointWriterTest {
    private final VirtualTime time = new VirtualTime(new Random(1));
    private final Disk disk = new Disk();
    private final List<String> saved = new ArrayList<>();
    private final VirtualTime.VirtualProcess process = time.process();
    private final CheckpointWriter writer = new CheckpointWriter(
            "shop", disk, process.thread("checkpoints"), (sink, position) -> saved.add(sink + position));

    /** Notes what is saved, or refuses. */
    private static final class Disk implements CheckpointStore {
        private final List<String> writes = new ArrayList<>();
        private @Nullable ErrorKind refusal;

        @Override
        public void save(String pipeline, String sink, Position durable) {
            if (refusal != null) {
                throw new SyncException(refusal, "no");
            }
            writes.add(sink + durable);
        }

        @Override
        public @Nullable PipelineCheckpoint load(String pipeline) {
            return null;
        }

        @Override
        public void copying(String pipeline, SourceIdentity source) {}

        @Override
        public void copied(String pipeline, SourceIdentity source, Position snapshot, Collection<String> sinks) {}

        @Override
        public void begun(String pipeline, Position start) {}

        @Override
        public void added(String pipeline, String sink, Position start) {}

        @Override
        public void copied(String pipeline, String sink, CopiedChunk chunk) {}

        @Override
        public List<KnownShape> shapes(String pipeline, String sink) {
            return List.of();
        }

        @Override
        public void saveShapes(String pipeline, String sink, Collection<KnownShape> told, Set<Long> gone) {}

        @Override
        public List<CopiedChunk> chunks(String pipeline, String sink) {
            return List.of();
        }

        @Override
        public void keepChunks(String pipeline, String sink, Collection<CopiedChunk> kept) {}

        @Override
        public void forget(String pipeline) {}

        @Override
        public void close() {}
    }

    private void record(String sink, long lsn) {
        writer.record(sink, Position.boundary(lsn));
    }

    @Test
    void itIsSettledWhenADiskThatRefusedHasTakenWhatWasRecorded() {
        disk.refusal = ErrorKind.STATE_UNAVAILABLE;
        record("a", 1);
        boolean[] settled = {false};
        writer.settled().subscribe(nothing -> {}, error -> {}, () -> settled[0] = true);
        time.run(5_000);
        assertThat(settled[0]).isFalse();
        disk.refusal = null;
        time.run(2_000);
        assertThat(settled[0]).isTrue();
        assertThat(disk.writes).containsExactly("a0/1");
    }

    @Test
    void itIsNeverSettledWhenTheStoreItselfIsWrong() {
        disk.refusal = ErrorKind.STATE_MISMATCH;
        record("a", 1);
        List<Throwable> errors = new ArrayList<>();
        writer.settled().subscribe(nothing -> {}, errors::add);
        time.run(5_000);
        assertThat(errors).singleElement().isInstanceOf(SyncException.class);
    }

    @Test
    void onlyTheNewestOfEachSinkIsSavedAndAtMostTenTimesASecond() {
        for (int lsn = 1; lsn <= 1_000; lsn++) {
            record("a", lsn);
            record("b", 2L * lsn);
            time.run(1);
        }
        time.run(200);
        assertThat(disk.writes).hasSizeBetween(20, 24).endsWith("a0/3E8", "b0/7D0");
        assertThat(saved).isEqualTo(disk.writes);
    }

    @Test
    void anEarlierPositionDoesNotReplaceALaterOne() {
        record("a", 9);
        record("a", 8);
        time.run(10);
        assertThat(disk.writes).containsExactly("a0/9");
    }

    @Test
    void whatTheDiskRefusedIsSavedWhenItNoLongerDoes() {
        disk.refusal = ErrorKind.STATE_UNAVAILABLE;
        record("a", 1);
        time.run(5_000);
        record("a", 2);
        record("b", 7);
        assertThat(saved).isEmpty();
        disk.refusal = null;
        time.run(1_000);
        assertThat(saved).containsExactly("a0/2", "b0/7");
    }

    @Test
    void aStoreThatIsWrongIsReported() {
        List<Throwable> errors = new ArrayList<>();
        writer.refused().subscribe(nothing -> {}, errors::add);
        disk.refusal = ErrorKind.STATE_UNAVAILABLE;
        record("a", 1);
        time.run(5_000);
        assertThat(errors).isEmpty();
        disk.refusal = ErrorKind.STATE_MISMATCH;
        time.run(2_000);
        assertThat(errors).hasSize(1);
    }

    @Test
    void closingSavesWhatIsPendingAndLeavesNothingBehind() {
        record("a", 1);
        time.run(10);
        record("a", 2);
        List<String> done = new ArrayList<>();
        writer.close().subscribe(nothing -> {}, error -> {}, () -> done.add("closed"));
        time.run(0);
        assertThat(done).containsExactly("closed");
        assertThat(saved).containsExactly("a0/1", "a0/2");
        assertThat(process.outstanding()).isEmpty();
        record("a", 3);
        assertThat(process.outstanding()).isEmpty();
    }

    @Test
    void closingDoesNotWaitForADiskThatRefuses() {
        disk.refusal = ErrorKind.STATE_UNAVAILABLE;
        record("a", 1);
        List<String> done = new ArrayList<>();
        writer.close().subscribe(nothing -> {}, error -> {}, () -> done.add("closed"));
        time.run(10);
        assertThat(done).containsExactly("closed");
        assertThat(saved).isEmpty();
    }
}
