package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.source.TableCopy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyProgressTest {
    private static final Relation LARGE = new Relation(1, "public", "large", ReplicaIdentity.DEFAULT, List.of());
    private static final Relation SMALL = new Relation(2, "public", "small", ReplicaIdentity.DEFAULT, List.of());
    private static final TableCopy FIRST = new TableCopy(LARGE, new CopyChunk(1, 2), 10, 100);
    private static final TableCopy SECOND = new TableCopy(LARGE, new CopyChunk(2, 2), 11, 100);
    private static final TableCopy WHOLE = new TableCopy(SMALL, CopyChunk.WHOLE, -1, 100);

    private long now = 1_000;
    private final CopyProgress progress = new CopyProgress(() -> now);

    @Test
    void chunksOfATableAddUp() {
        progress.begin(CopyWay.FIRST, List.of(FIRST, SECOND, WHOLE), List.of());
        List.of(FIRST, SECOND, WHOLE).forEach(progress::beginChunk);
        progress.add(FIRST, rows(3));
        progress.add(SECOND, rows(4));
        progress.add(WHOLE, rows(1));
        progress.finish(FIRST);
        progress.finish(WHOLE);
        assertThat(progress.status().tables())
                .extracting(
                        TableProgress::table,
                        TableProgress::rows,
                        TableProgress::estimatedRows,
                        TableProgress::finished)
                .containsExactly(tuple("public.large", 7L, 21L, false), tuple("public.small", 1L, -1L, true));
        assertThat(progress.size()).isEqualTo(2);
        assertThat(progress.finished()).isEqualTo(1);
        assertThat(progress.status().isUnderWay()).isTrue();
        progress.finish(SECOND);
        assertThat(progress.finished()).isEqualTo(2);
        assertThat(progress.done()).isEqualTo(1);
        assertThat(progress.status().isUnderWay()).isFalse();
    }

    @Test
    void aChunkThatIsReadAgainCountsOnce() {
        progress.begin(CopyWay.LATER, List.of(FIRST, SECOND), List.of());
        progress.add(FIRST, rows(3));
        progress.add(SECOND, rows(4));
        progress.beginChunk(SECOND);
        progress.add(SECOND, rows(5));
        assertThat(progress.status().rows()).isEqualTo(8);
        assertThat(progress.status().way()).isEqualTo(CopyWay.LATER);
    }

    @Test
    void whatIsDoneIsToldBySizeAndByRowsWithinAChunk() {
        progress.begin(CopyWay.FIRST, List.of(FIRST, SECOND, WHOLE), List.of());
        progress.beginChunk(FIRST);
        progress.add(FIRST, rows(5));
        assertThat(progress.done()).as("half of the first of three").isEqualTo(0.5 / 3);
        progress.add(FIRST, rows(50));
        assertThat(progress.done()).as("not done before it is durable").isLessThan(1.0 / 3);
        progress.finish(FIRST);
        assertThat(progress.done()).isEqualTo(1.0 / 3);
    }

    @Test
    void rateAndWhatIsLeftAreThoseOfTheTimeSinceTheTableBegan() {
        progress.begin(CopyWay.FIRST, List.of(FIRST, SECOND, WHOLE), List.of());
        now += 5_000; // waits for its turn
        progress.beginChunk(FIRST);
        progress.add(FIRST, rows(10));
        progress.finish(FIRST);
        now += 2_000;
        TableProgress large = progress.status().tables().get(0);
        assertThat(large.rowsPerSecond()).isEqualTo(5);
        assertThat(large.left()).contains(Duration.ofSeconds(2));
        assertThat(progress.status().left()).contains(Duration.ofSeconds(4));
        TableProgress small = progress.status().tables().get(1);
        assertThat(small.elapsed()).isZero();
        assertThat(small.left()).isEmpty();
        progress.beginChunk(SECOND);
        progress.finish(SECOND);
        now += 60_000;
        assertThat(progress.status().tables().get(0).elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void nothingThatIsCopiedIsNothingThatIsLeft() {
        assertThat(progress.status()).isEqualTo(CopyStatus.NONE);
        assertThat(progress.done()).isEqualTo(1);
    }

    private static ChangeBatch rows(int count) {
        CopyBatchBuilder builder = new CopyBatchBuilder(LARGE, Position.boundary(1), 1 << 20);
        for (int row = 0; row < count; row++) {
            builder.add("x\n".getBytes(StandardCharsets.UTF_8));
        }
        return builder.build();
    }
}
