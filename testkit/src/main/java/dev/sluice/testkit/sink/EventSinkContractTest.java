package dev.sluice.testkit.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.sink.Sink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.change.TableState;
import dev.sluice.testkit.change.TransactionBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every sink promises that writes one event a change: order, and ids by which repeats are told. */
public abstract class EventSinkContractTest extends SinkContractTest {
    /** All events that arrived, in the order in which they did; values in their text form. */
    protected abstract List<RecordedChange> events() throws Exception;

    @Override
    protected final List<Map<String, @Nullable String>> rows(Relation relation) throws Exception {
        return TableState.of(relation, events());
    }

    @Test
    void eventsArriveInSourceOrderAcrossTransactionsAndBatches() throws Exception {
        Sink sink = started(ITEMS);
        TransactionBatch changes = Batches.batch();
        List<Position> written = new ArrayList<>();
        for (int number = 1; number <= 50; number++) {
            changes.begin(700 + number, 0x1000L * number);
            for (int row = 0; row < number % 7; row++) {
                changes.insert(ITEMS, Integer.toString(100 * number + row), "name", null);
                written.add(new Position(0x1000L * number, row + 1L));
            }
            changes.commit(0x1000L * number + 0x800);
            if (number % 5 == 0) {
                write(sink, changes.build());
            }
        }
        assertThat(events()).extracting(RecordedChange::position).containsExactlyElementsOf(written);
    }

    @Test
    void aRepeatedEventHasTheSamePosition() throws Exception {
        Sink sink = started(ITEMS);
        ChangeBatch batch = Batches.batch()
                .begin(700, 0x100)
                .insert(ITEMS, "1", "one", null)
                .insert(ITEMS, "2", "two", null)
                .commit(0x180)
                .build();
        write(sink, batch);
        get(sink.open(SOURCE));
        write(sink, batch.after(new Position(0x100, 1)));
        assertThat(events())
                .extracting(RecordedChange::position)
                .containsExactly(new Position(0x100, 1), new Position(0x100, 2), new Position(0x100, 2));
    }

    @Test
    void rowsOfAFirstCopyArriveAsReads() throws Exception {
        Sink sink = started(ITEMS);
        Position durable = write(
                sink,
                Batches.copy(ITEMS, START)
                        .row("1", "tab\tand\nnewline", null)
                        .row("2", "back\\slash", "")
                        .build());
        assertThat(durable).isEqualTo(START);
        assertThat(rows(ITEMS)).containsExactly(row("1", "tab\tand\nnewline", null), row("2", "back\\slash", ""));
    }
}
