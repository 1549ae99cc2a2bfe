package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.flow.Turns.Turn;
import dev.sluice.engine.source.TableCopy;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Relation T = ModelServer.TABLES.get(0);
    private static final Relation OTHER = ModelServer.TABLES.get(1);

    private long now;
    private final Turns turns = new Turns(Duration.ofMillis(100), () -> now);

    private static TableCopy pages(Relation table, int number) {
        return new TableCopy(table, new CopyChunk(number, 3), -1, 100);
    }

    private static TableCopy keys(Relation table, int number) {
        return new TableCopy(table, new CopyChunk(number, 3, new KeyRange("key", 1L * number, null, 1)), -1, 100);
    }

    @Test
    void chunksAreBegunUntilTheTurnIsOver() {
        Turn turn = turns.turn(Set.of());
        now = 1_000;
        assertThat(turn.includes(keys(T, 1))).as("it counts from the first").isTrue();
        now = 1_099;
        assertThat(turn.includes(keys(T, 2))).isTrue();
        now = 1_100;
        assertThat(turn.includes(keys(T, 3))).isFalse();
        assertThat(turn.includes(pages(OTHER, 1))).isFalse();
    }

    @Test
    void ofATableThatIsReadByPagesOneTurnCopiesAll() {
        Turn turn = turns.turn(Set.of());
        assertThat(turn.includes(pages(T, 1))).isTrue();
        now = 1_000;
        assertThat(turn.includes(pages(T, 2))).isTrue();
        assertThat(turn.includes(pages(OTHER, 1))).isFalse();
        assertThat(turn.includes(pages(T, 3))).isTrue();
    }

    @Test
    void anUnlimitedTurnIncludesEverything() {
        Turn turn = Turns.unlimited();
        assertThat(turn.includes(keys(T, 1))).isTrue();
        assertThat(turn.includes(keys(OTHER, 3))).isTrue();
    }

    @Test
    void theStreamHasAsLongAsItHadToRest() {
        turns.begin();
        now = 40;
        assertThat(turns.pause()).hasMillis(100);
        now = 700;
        assertThat(turns.pause()).hasMillis(700);
    }

    @Test
    void patienceGrowsUntilThereIsASnapshot() {
        turns.inVain();
        turns.inVain();
        assertThat(turns.patience()).hasMillis(400);
        turns.hadSnapshot();
        assertThat(turns.patience()).hasMillis(100);
        for (int i = 0; i < 100; i++) {
            turns.inVain();
        }
        assertThat(turns.patience()).isGreaterThanOrEqualTo(Turns.FOR_EVER);
    }
}
