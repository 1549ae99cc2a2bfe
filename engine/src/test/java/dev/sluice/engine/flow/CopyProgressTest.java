package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.source.TableCopy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyProgressTest {
    private static final Relation LARGE = new Relation(1, "public", "large", ReplicaIdentity.DEFAULT, List.of());
    private static final Relation SMALL = new Relation(2, "public", "small", ReplicaIdentity.DEFAULT, List.of());
    private static final TableCopy FIRST = new TableCopy(LARGE, new CopyChunk(1, 2), 10, 100);
    private static final TableCopy SECOND = new TableCopy(LARGE, new CopyChunk(2, 2), 11, 100);
    private static final TableCopy WHOLE = new TableCopy(SMALL, CopyChunk.WHOLE, -1, 100);

    private final CopyProgress progress = new CopyProgress();

    @Test
    void chunksOfATableAddUp() {
        progress.begin(List.of(FIRST, SECOND, WHOLE));
        progress.add(FIRST, rows(3));
        progress.add(SECOND, rows(4));
        progress.add(WHOLE, rows(1));
        progress.finish(FIRST);
        progress.finish(WHOLE);
        assertThat(progress.tables())
                .containsExactly(
                        new TableProgress("public.large", 7, 14, 21, false),
                        new TableProgress("public.small", 1, 2, -1, true));
        assertThat(progress.size()).isEqualTo(2);
        assertThat(progress.finished()).isEqualTo(1);
        progress.finish(SECOND);
        assertThat(progress.finished()).isEqualTo(2);
    }

    @Test
    void aChunkThatIsReadAgainCountsOnce() {
        progress.begin(List.of(FIRST, SECOND));
        progress.add(FIRST, rows(3));
        progress.add(SECOND, rows(4));
        progress.beginChunk(SECOND);
        progress.add(SECOND, rows(5));
        assertThat(progress.tables()).containsExactly(new TableProgress("public.large", 8, 16, 21, false));
    }

    private static ChangeBatch rows(int count) {
        CopyBatchBuilder builder = new CopyBatchBuilder(LARGE, Position.boundary(1), 1 << 20);
        for (int row = 0; row < count; row++) {
            builder.add("x\n".getBytes(StandardCharsets.UTF_8));
        }
        return builder.build();
    }
}
