package dev.sluice.testkit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.TransactionBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What every sink promises. A sink's own test extends this, or {@link EventSinkContractTest}, with two methods. Every call
 * is made on a Reactor thread on which {@code block()} is forbidden, so a sink that blocks its caller that way fails.
 */
public abstract class SinkContractTest {
    protected static final SourceIdentity SOURCE = new SourceIdentity("7300000000000000001", 1, "shop", "sluice_shop");

    /** All tables of these tests lie at this boundary when they begin. */
    protected static final Position START = Position.boundary(0x50);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    protected static final Relation ITEMS = Batches.relation("public", "items")
            .key("id", "int4")
            .column("name", "text")
            .column("note", "text")
            .build();

    private final List<Sink> opened = new ArrayList<>();

    /** A new sink, not open yet, over the one target of this test, as after a restart. */
    protected abstract Sink sink();

    /** What the target holds of a table, values in their text form, in any order; for events, what they add up to. */
    protected abstract List<Map<String, @Nullable String>> rows(Relation relation) throws Exception;

    @AfterEach
    void closeSinks() {
        opened.forEach(sink -> await(sink.close()));
    }

    @Test
    void aFreshTargetHasNoPosition() {
        assertThat(get(newSink().open(SOURCE))).isEqualTo(Position.NONE);
    }

    @Test
    void insertsUpdatesAndDeletesAreAppliedInOrder() throws Exception {
        Sink sink = started(ITEMS);
        Position end = write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", "one", null)
                        .insert(ITEMS, "2", "two", "")
                        .update(ITEMS, "1", "uno", "changed")
                        .delete(ITEMS, "2", null, null)
                        .insert(ITEMS, "2", "deux", null)
                        .commit(0x180)
                        .begin(701, 0x200)
                        .insert(ITEMS, "3", "three", null)
                        .delete(ITEMS, "3", null, null)
                        .commit(0x280)
                        .build());
        assertThat(end).isEqualTo(Position.boundary(0x280));
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", "uno", "changed"), row("2", "deux", null));
    }

    @Test
    void aTransactionMaySpanBatches() throws Exception {
        Sink sink = started(ITEMS);
        TransactionBatch changes = Batches.batch().begin(700, 0x100).insert(ITEMS, "1", "one", null);
        Position first = write(sink, changes.build());
        Position second = write(sink, changes.insert(ITEMS, "2", "two", null).build());
        Position third = write(
                sink, changes.update(ITEMS, "1", "uno", null).commit(0x180).build());

        assertThat(List.of(first, second, third)).isSorted();
        assertThat(third).isEqualTo(Position.boundary(0x180));
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", "uno", null), row("2", "two", null));
    }

    @Test
    void aBatchWithoutChangesMovesThePosition() {
        Sink sink = started(ITEMS);
        assertThat(write(sink, Batches.progress(0x100))).isEqualTo(Position.boundary(0x100));
        assertThat(write(sink, Batches.progress(0x200))).isEqualTo(Position.boundary(0x200));
    }

    @Test
    void afterARestartItTakesAgainWhatLiesAfterItsOwnPosition() throws Exception {
        Sink sink = started(ITEMS);
        TransactionBatch changes = Batches.batch();
        Position durable = write(
                sink,
                changes.begin(700, 0x100)
                        .insert(ITEMS, "1", "one", null)
                        .commit(0x180)
                        .build());
        ChangeBatch repeated = changes.begin(701, 0x200)
                .update(ITEMS, "1", "uno", null)
                .insert(ITEMS, "2", "two", null)
                .delete(ITEMS, "1", null, null)
                .commit(0x280)
                .build();
        write(sink, repeated);
        await(sink.close());

        Sink restarted = newSink();
        Position own = get(restarted.open(SOURCE));
        assertThat(own).isIn(Position.NONE, Position.boundary(0x280));
        Position end = write(restarted, repeated.after(durable.max(own)));
        assertThat(end).isEqualTo(Position.boundary(0x280));
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("2", "two", null));
    }

    @Test
    void aTransactionThatWasLeftOpenComesAgainWhole() throws Exception {
        Sink sink = started(ITEMS);
        TransactionBatch changes = Batches.batch().begin(700, 0x100).insert(ITEMS, "1", "one", null);
        ChangeBatch half = changes.build();
        Position durable = write(sink, half);
        await(sink.close());

        Sink restarted = newSink();
        Position own = get(restarted.open(SOURCE));
        ChangeBatch rest = changes.insert(ITEMS, "2", "two", null).commit(0x180).build();
        ChangeBatch again = ChangeBatch.concat(List.of(half, rest)).after(durable.max(own));
        assertThat(write(restarted, again)).isEqualTo(Position.boundary(0x180));
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", "one", null), row("2", "two", null));
    }

    @Test
    void aValueThatWasNotSentIsLeftAlone() throws Exception {
        Sink sink = started(ITEMS);
        write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", "one", "a long note")
                        .insert(ITEMS, "2", "two", "another")
                        .update(ITEMS, "1", "uno", Batches.ABSENT)
                        .updateKey(ITEMS, Batches.tuple("2", null, null), Batches.tuple("3", "tre", Batches.ABSENT))
                        .commit(0x180)
                        .build());
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", "uno", "a long note"), row("3", "tre", "another"));
    }

    @Test
    void nullIsNotTheEmptyText() throws Exception {
        Sink sink = started(ITEMS);
        write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", "", null)
                        .insert(ITEMS, "2", null, "")
                        .update(ITEMS, "2", "", null)
                        .commit(0x180)
                        .build());
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", "", null), row("2", "", null));
    }

    @Test
    void keysMayChangeAndBeTakenOver() throws Exception {
        Sink sink = started(ITEMS);
        write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", "one", null)
                        .insert(ITEMS, "2", "two", null)
                        .updateKey(ITEMS, Batches.tuple("2", null, null), Batches.tuple("3", "two", null))
                        .updateKey(ITEMS, Batches.tuple("1", null, null), Batches.tuple("2", "one", null))
                        .insert(ITEMS, "1", "new one", null)
                        .commit(0x180)
                        .build());
        assertThat(rows(ITEMS))
                .containsExactlyInAnyOrder(row("1", "new one", null), row("2", "one", null), row("3", "two", null));
    }

    @Test
    void truncateEmptiesOnlyItsTableAndOnlyWhatCameBefore() throws Exception {
        Relation other = Batches.relation("public", "others")
                .key("id", "int4")
                .column("name", "text")
                .build();
        Sink sink = started(ITEMS, other);
        write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", "one", null)
                        .insert(other, "1", "stays")
                        .truncate(ITEMS)
                        .insert(ITEMS, "2", "two", null)
                        .commit(0x180)
                        .build());
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("2", "two", null));
        assertThat(rows(other)).hasSize(1);
    }

    @Test
    void largeValuesPass() throws Exception {
        Sink sink = started(ITEMS);
        String large = "0123456789abcdef".repeat(1 << 16);
        write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", large, "small")
                        .insert(ITEMS, "2", "small", large)
                        .commit(0x180)
                        .build());
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", large, "small"), row("2", "small", large));
    }

    @Test
    void oddNamesAndTextsPass() throws Exception {
        Relation odd = Batches.relation("public", "Täble \"of\" 'odd' $1; --")
                .key("sel\"ect", "text")
                .column("ütf 8 😀", "text")
                .column("back\\slash", "text")
                .build();
        Sink sink = started(odd);
        String texts = "quote \" ' tab \t newline \n return \r backslash \\ \\N null-ish {a,\"b\"} \u0001 é 😀 \u2028";
        write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(odd, "a 'key' \\", texts, "NULL")
                        .update(odd, "a 'key' \\", texts, "\\N")
                        .commit(0x180)
                        .build());
        assertThat(rows(odd)).singleElement().satisfies(row -> {
            assertThat(row).containsEntry("sel\"ect", "a 'key' \\");
            assertThat(row).containsEntry("ütf 8 😀", texts);
            assertThat(row).containsEntry("back\\slash", "\\N");
        });
    }

    @Test
    void aValueThatDoesNotFitItsTypeFailsTheWriteAndTheSinkCanBeOpenedAgain() throws Exception {
        Sink sink = started(ITEMS);
        Position durable = write(
                sink,
                Batches.batch()
                        .begin(700, 0x100)
                        .insert(ITEMS, "1", "one", null)
                        .commit(0x180)
                        .build());
        ChangeBatch bad = Batches.batch()
                .begin(701, 0x200)
                .insert(ITEMS, "not a number", "bad", null)
                .commit(0x280)
                .build();
        assertThatThrownBy(() -> write(sink, bad))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("items");

        assertThat(get(sink.open(SOURCE))).isIn(Position.NONE, durable);
        write(
                sink,
                Batches.batch()
                        .begin(702, 0x200)
                        .insert(ITEMS, "2", "two", null)
                        .commit(0x280)
                        .build());
        assertThat(rows(ITEMS)).containsExactlyInAnyOrder(row("1", "one", null), row("2", "two", null));
    }

    @Test
    void closingTwiceOrUnopenedIsHarmless() {
        Sink unopened = newSink();
        await(unopened.close());
        await(unopened.close());
        Sink sink = started(ITEMS);
        await(sink.close());
        await(sink.close());
    }

    /** A sink that is open, with these tables there and empty. */
    protected final Sink started(Relation... tables) {
        Sink sink = newSink();
        Position own = get(sink.open(SOURCE));
        if (own.isNone() && sink instanceof TransactionalSink copying) {
            await(copying.prepareCopy(List.of(tables), START));
            for (Relation table : tables) {
                assertThat(get(copying.copy(table, START, Flux.empty()))).isZero();
            }
            assertThat(get(copying.completeCopy(START))).isEqualTo(START);
        }
        return sink;
    }

    protected final Sink newSink() {
        Sink sink = sink();
        opened.add(sink);
        return sink;
    }

    protected final Position write(Sink sink, ChangeBatch batch) {
        return get(Mono.defer(() -> sink.write(batch)));
    }

    protected static <T> T get(Mono<T> call) {
        return Objects.requireNonNull(
                call.subscribeOn(Schedulers.parallel()).block(PATIENCE), "the call completed without a value");
    }

    protected static void await(Mono<Void> call) {
        call.subscribeOn(Schedulers.parallel()).block(PATIENCE);
    }

    protected static Map<String, @Nullable String> row(String id, @Nullable String name, @Nullable String note) {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        row.put("id", id);
        row.put("name", name);
        row.put("note", note);
        return row;
    }
}
