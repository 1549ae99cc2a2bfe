package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.START;
import static dev.sluice.sink.postgres.TargetFixture.await;
import static dev.sluice.sink.postgres.TargetFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.CopyBatch;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@SharedVertx
@PostgresTest
class FirstCopyTest {
    private static final Relation T = table("t");
    private static final Position LATER = Position.boundary(START.lsn() + 64);

    private TargetFixture target;

    private static Relation table(String name) {
        return Batches.relation("public", name)
                .key("id", "int4")
                .column("name", "text")
                .column("note", "text")
                .build();
    }

    @BeforeEach
    void target(TestDatabase database, Vertx vertx) {
        target = new TargetFixture(database, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void rowsPassWithTabsNewlinesBackslashesAndNulls() throws Exception {
        TransactionalSink sink = prepared(T);
        ChangeBatch batch = lines(T, 0);
        assertThat(get(sink.copy(T, START, Flux.just(batch, lines(T, 100), ChangeBatch.progress(START)))))
                .isEqualTo(8);
        assertThat(get(sink.completeCopy(START))).isEqualTo(START);
        assertThat(target.rows(T)).hasSize(8);
        assertThat(target.database().value("SELECT name FROM t WHERE id = 2")).isEqualTo("tab\t nl\n bs\\ \\N cr\r");
        assertThat(target.database().value("SELECT name FROM t WHERE id = 3")).isNull();
        assertThat(target.database().value("SELECT note FROM t WHERE id = 4")).isEmpty();
    }

    @Test
    void chunksAreRecordedEachAndTheCopyIsCompleteOnlyWithAllOfThem() throws Exception {
        TransactionalSink sink = prepared(T);
        assertThat(get(sink.copy(T, new CopyChunk(2, 2), START, Flux.just(lines(T, 0)))))
                .isEqualTo(4);
        assertThat(target.rows(T)).hasSize(4);
        assertThat(catchThrowableOfType(SyncException.class, () -> get(sink.completeCopy(START))))
                .hasMessageContaining("public.t is not complete");
        assertThat(get(sink.copy(T, new CopyChunk(1, 2), START, Flux.just(lines(T, 100)))))
                .isEqualTo(4);
        assertThat(get(sink.completeCopy(START))).isEqualTo(START);
        assertThat(target.rows(T)).hasSize(8);
        assertThat(target.database()
                        .rows("SELECT table_name, chunk, chunk_count, row_count FROM sluice.copied ORDER BY chunk"))
                .containsExactly(List.of("t", "1", "2", "4"), List.of("t", "2", "2", "4"));
    }

    /** The answer to its COMMIT may have been lost. */
    @Test
    void aChunkThatIsRecordedIsNotCopiedAgain() throws Exception {
        TransactionalSink sink = prepared(T);
        CopyChunk chunk = new CopyChunk(1, 2);
        get(sink.copy(T, chunk, START, Flux.just(lines(T, 0))));
        Flux<ChangeBatch> unread = Flux.error(new IllegalStateException("read again"));
        assertThat(get(sink.copy(T, chunk, START, unread))).isEqualTo(4);
        assertThat(target.rows(T)).hasSize(4);
    }

    @Test
    void chunksOfAnUnfinishedCopyAreEmptiedAndCopiedAgain() throws Exception {
        TransactionalSink sink = prepared(T);
        get(sink.copy(T, new CopyChunk(2, 3), START, Flux.just(lines(T, 0))));
        await(sink.close());
        TransactionalSink again = prepared(T);
        assertThat(target.rows(T)).isEmpty();
        get(again.copy(T, new CopyChunk(1, 1), START, Flux.just(lines(T, 0))));
        assertThat(get(again.completeCopy(START))).isEqualTo(START);
    }

    @Test
    void chunksThatAreKeptStayAndATableOfWhichNoneIsKeptIsEmptied(TestDatabase database) throws Exception {
        Relation other = table("other");
        TransactionalSink sink = prepared(T, other);
        CopyChunk byKey = new CopyChunk(2, 3, new KeyRange("id", 0L, 50L, 7));
        get(sink.copy(T, byKey, LATER, Flux.just(lines(T, 0))));
        get(sink.copy(other, new CopyChunk(1, 2), START, Flux.just(lines(other, 0))));
        await(sink.close());

        TransactionalSink again = target.newSink();
        get(again.open(TargetFixture.SOURCE));
        CopiedChunk kept = CopiedChunk.of(T, byKey, LATER);
        assertThat(get(again.copied()))
                .containsExactlyInAnyOrder(kept, CopiedChunk.of(other, new CopyChunk(1, 2), START));
        await(again.prepareCopy(List.of(T, other), START, List.of(kept)));
        assertThat(get(again.copied())).containsExactly(kept);
        assertThat(database.value("SELECT count(*) FROM " + T.name())).isEqualTo("4");
        assertThat(database.value("SELECT count(*) FROM other")).isEqualTo("0");
        CopyChunk rest = new CopyChunk(4, 4, new KeyRange("id", 50L, null, 7));
        get(again.copy(T, rest, LATER, Flux.just(lines(T, 100))));
        get(again.copy(other, START, Flux.empty()));
        assertThat(get(again.completeCopy(START))).isEqualTo(START);
        assertThat(database.value("SELECT count(*) FROM " + T.name())).isEqualTo("8");
    }

    @Test
    void aTableThatComesWhileTheSinkHasAPositionIsFilledAndThePositionStays(TestDatabase database) throws Exception {
        TransactionalSink sink = prepared(T);
        get(sink.copy(T, START, Flux.just(lines(T, 0))));
        get(sink.completeCopy(START));
        await(sink.close());

        Relation later = table("later");
        TransactionalSink again = target.newSink();
        assertThat(get(again.open(TargetFixture.SOURCE))).isEqualTo(START);
        await(again.prepareCopy(List.of(later), LATER, get(again.copied())));
        get(again.copy(later, LATER, Flux.just(lines(later, 0))));
        await(again.close());

        TransactionalSink third = target.newSink();
        assertThat(get(third.open(TargetFixture.SOURCE))).isEqualTo(START);
        assertThat(get(third.copied())).extracting(CopiedChunk::table).containsExactlyInAnyOrder(T.name(), "later");
        assertThat(database.value("SELECT count(*) FROM " + T.name())).isEqualTo("4");
        assertThat(database.value("SELECT count(*) FROM later")).isEqualTo("4");
    }

    @Test
    void recordsFromBeforeThereWereChunksAreTakenOver(TestDatabase database) throws Exception {
        TransactionalSink sink = prepared(T);
        get(sink.copy(T, START, Flux.just(lines(T, 0))));
        await(sink.close());
        database.execute(
                "ALTER TABLE sluice.copied DROP CONSTRAINT copied_pkey, DROP chunk, DROP chunk_count,"
                        + " DROP relation, DROP key_range, DROP read_at, ADD PRIMARY KEY (pipeline, sink, table_schema, table_name)");
        TransactionalSink again = target.newSink();
        assertThat(get(again.open(TargetFixture.SOURCE))).isEqualTo(Position.NONE);
        assertThat(get(again.copied()))
                .containsExactly(new CopiedChunk(0, T.schema(), T.name(), CopyChunk.WHOLE, Position.NONE));
        await(again.prepareCopy(List.of(T), START));
        get(again.copy(T, new CopyChunk(1, 2), START, Flux.just(lines(T, 0))));
        get(again.copy(T, new CopyChunk(2, 2), START, Flux.just(lines(T, 100))));
        assertThat(get(again.completeCopy(START))).isEqualTo(START);
    }

    @Test
    void aTargetThatWasEmptiedSinceIsNotTakenForFilled() throws Exception {
        TransactionalSink sink = prepared(T);
        target.database().execute("DROP SCHEMA sluice CASCADE");
        get(sink.open(TargetFixture.SOURCE));
        assertThat(catchThrowableOfType(SyncException.class, () -> get(sink.completeCopy(START)))
                        .kind())
                .isEqualTo(ErrorKind.STATE_MISMATCH);
    }

    @Test
    void selectedRowsAndColumnsAreCopiedTheSame() throws Exception {
        Relation fewer = withColumns(T, columns -> List.of(columns.get(0), columns.get(2)));
        TransactionalSink sink = prepared(fewer);
        ChangeBatch routed = lines(T, 0).select(new int[] {1, 3}, 2).withRelations(any -> fewer);
        assertThat(get(sink.copy(fewer, START, Flux.just(routed)))).isEqualTo(2);
        assertThat(target.database().rows("SELECT id, note FROM t ORDER BY id"))
                .containsExactly(List.of("2", "note 2\t"), List.of("4", ""));
    }

    @Test
    void selectedRowsWithAllColumnsAreCopiedTheSame() throws Exception {
        TransactionalSink sink = prepared(T);
        assertThat(get(sink.copy(T, START, Flux.just(lines(T, 0).select(new int[] {0, 2}, 2)))))
                .isEqualTo(2);
        assertThat(target.database().rows("SELECT id FROM t ORDER BY id")).containsExactly(List.of("1"), List.of("3"));
    }

    @Test
    void columnsThatTheTargetComputesAreLeftToIt(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, name text, note text GENERATED ALWAYS AS (name || '!') STORED)");
        TransactionalSink sink = prepared(T);
        get(sink.copy(T, START, Flux.just(lines(T, 0).select(new int[] {0}, 1))));
        get(sink.completeCopy(START));
        TargetFixture.write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(T, "9", "nine", "ignored")
                        .commit(0x180)
                        .build());
        assertThat(database.rows("SELECT id, note FROM t ORDER BY id"))
                .containsExactly(List.of("1", "plain!"), List.of("9", "nine!"));
    }

    @Test
    void aCopyThatFailsHalfWayLeavesNothingAndMayBeRepeated() throws Exception {
        TransactionalSink sink = prepared(T);
        Flux<ChangeBatch> breaking = Flux.concat(
                Flux.just(lines(T, 0)), Mono.error(new SyncException(ErrorKind.SOURCE_UNAVAILABLE, "gone")));
        assertThatThrownBy(() -> get(sink.copy(T, START, breaking)))
                .isInstanceOf(SyncException.class)
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
        assertThat(target.rows(T)).isEmpty();

        TransactionalSink again = target.newSink();
        assertThat(get(again.open(TargetFixture.SOURCE))).isEqualTo(Position.NONE);
        await(again.prepareCopy(List.of(T), START));
        get(again.copy(T, START, Flux.just(lines(T, 0))));
        assertThat(target.rows(T)).hasSize(4);
    }

    @Test
    void whatAnUnfinishedCopyFilledIsEmptiedAndCopiedAgain() throws Exception {
        TransactionalSink sink = prepared(T);
        get(sink.copy(T, START, Flux.just(lines(T, 0))));
        await(sink.close());
        TransactionalSink again = prepared(T);
        assertThat(target.rows(T)).isEmpty();
        get(again.copy(T, START, Flux.just(lines(T, 0))));
        get(again.completeCopy(START));
        assertThat(target.rows(T)).hasSize(4);
        assertThat(get(again.open(TargetFixture.SOURCE))).isEqualTo(START);
    }

    @Test
    void aCopyIsFencedByALaterInstance() throws Exception {
        TransactionalSink first = prepared(T);
        TransactionalSink second = target.newSink();
        get(second.open(TargetFixture.SOURCE));
        assertThatThrownBy(() -> get(first.copy(T, START, Flux.just(lines(T, 0)))))
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.FENCED);
        assertThatThrownBy(() -> get(first.completeCopy(START)))
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.FENCED);
        assertThat(target.rows(T)).isEmpty();
    }

    @Test
    void cancellingACopyEndsItAndFreesItsConnection() throws Exception {
        TransactionalSink sink = prepared(T);
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Flux<ChangeBatch> endless = Flux.concat(
                        Flux.just(lines(T, 0)), Flux.<ChangeBatch>never().doOnSubscribe(any -> waiting.countDown()))
                .doOnCancel(cancelled::countDown);
        Disposable copy = sink.copy(T, START, endless).subscribe();
        assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
        copy.dispose();
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        await(sink.close());
        assertThat(target.rows(T)).isEmpty();
    }

    @Test
    void batchesAreTakenOneAheadOfTheOneBeingWritten() throws Exception {
        TransactionalSink sink = prepared(T);
        List<Long> requests = new java.util.concurrent.CopyOnWriteArrayList<>();
        Flux<ChangeBatch> rows = Flux.range(0, 30).map(i -> lines(T, i * 10)).doOnRequest(requests::add);
        assertThat(get(sink.copy(T, START, rows))).isEqualTo(120);
        assertThat(requests).allMatch(n -> n == 1);
    }

    @Test
    void severalTablesAreCopiedAtOnceEvenMoreThanConnections() throws Exception {
        List<Relation> tables = java.util.stream.IntStream.range(0, 5)
                .mapToObj(i -> Batches.relation("public", "t" + i)
                        .key("id", "int4")
                        .column("name", "text")
                        .column("note", "text")
                        .build())
                .toList();
        TransactionalSink sink = prepared(tables.toArray(new Relation[0]));
        long rows = get(Flux.fromIterable(tables)
                .flatMap(table -> sink.copy(table, START, Flux.just(lines(table, 0))))
                .reduce(Long::sum));
        assertThat(rows).isEqualTo(20);
        assertThat(target.database().value("SELECT sum(row_count) FROM sluice.copied"))
                .isEqualTo("20");
    }

    @Test
    void aRowThatTheTargetRefusesIsNamedByTableAndLine(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text CHECK (name <> 'bad'), note text)");
        TransactionalSink sink = prepared(T);
        ChangeBatch bad = Batches.copy(T, START)
                .row("1", "good", null)
                .row("2", "bad", null)
                .build();
        SyncException error = catchThrowableOfType(SyncException.class, () -> get(sink.copy(T, START, Flux.just(bad))));
        assertThat(error.kind()).isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(error).hasMessageContainingAll("public.t", "line 2", "t_name_check");
        assertThat(target.rows(T)).isEmpty();
    }

    @Test
    void missingSchemasTypesAndTablesAreCreated() throws Exception {
        DataType mood = new DataType.Enumeration(1, "odd \"types\"", "mood", List.of("a'b", "c"));
        DataType code = new DataType.Domain(
                2,
                "odd \"types\"",
                "code",
                new DataType.Base(1043, "pg_catalog", "varchar"),
                "character varying(5)",
                false,
                "some_function()",
                List.of("CHECK (((VALUE)::text <> 'x'::text))"));
        DataType pair = new DataType.Composite(
                3,
                "odd \"types\"",
                "pair",
                List.of(
                        new DataType.Field("m", mood, "\"odd \"\"types\"\"\".mood"),
                        new DataType.Field("c", code, "\"odd \"\"types\"\"\".code")));
        Relation relation = new Relation(
                4,
                "new schema",
                "new table",
                ReplicaIdentity.DEFAULT,
                List.of(
                        new Column("k1", new DataType.Base(23, "pg_catalog", "int4"), -1, "integer", true, true, 0),
                        new Column("p", pair, -1, "\"odd \"\"types\"\"\".pair", false, false, 1),
                        new Column("k2", code, 9, "\"odd \"\"types\"\"\".code", true, true, 2),
                        new Column(
                                "moods",
                                new DataType.Array(5, "odd \"types\"", "_mood", mood, ','),
                                -1,
                                "\"odd \"\"types\"\"\".mood[]",
                                false,
                                true,
                                3)));
        TransactionalSink sink = prepared(relation);
        get(sink.copy(
                relation,
                START,
                Flux.just(Batches.copy(relation, START)
                        .row("1", "(a'b,cc)", "abc", "{c,a'b}")
                        .build())));
        assertThat(target.rows(relation)).hasSize(1);
        assertThat(target.database().rows("""
                        SELECT a.attname, a.attnotnull, pg_get_constraintdef(c.oid) FROM pg_attribute a
                        JOIN pg_constraint c ON c.conrelid = a.attrelid AND c.contype = 'p'
                        WHERE a.attrelid = '"new schema"."new table"'::regclass AND a.attnum > 0 ORDER BY a.attnum
                        """))
                .extracting(row -> String.join(" ", row))
                .containsExactly(
                        "k1 t PRIMARY KEY (k1, k2)",
                        "p f PRIMARY KEY (k1, k2)",
                        "k2 t PRIMARY KEY (k1, k2)",
                        "moods t PRIMARY KEY (k1, k2)");
        // Once more, with everything there.
        assertThat(prepared(relation)).isNotNull();
    }

    private TransactionalSink prepared(Relation... tables) {
        TransactionalSink sink = target.newSink();
        assertThat(get(sink.open(TargetFixture.SOURCE))).isEqualTo(Position.NONE);
        await(sink.prepareCopy(List.of(tables), START));
        return sink;
    }

    private static ChangeBatch lines(Relation relation, int from) {
        CopyBatch batch = Batches.copy(relation, START)
                .row(Integer.toString(from + 1), "plain", "note 1")
                .row(Integer.toString(from + 2), "tab\t nl\n bs\\ \\N cr\r", "note 2\t")
                .row(Integer.toString(from + 3), null, null)
                .row(Integer.toString(from + 4), "x", "");
        return batch.build();
    }

    private static Relation withColumns(Relation relation, UnaryOperator<List<Column>> change) {
        return new Relation(
                relation.oid(),
                relation.schema(),
                relation.name(),
                relation.identity(),
                change.apply(relation.columns()));
    }
}
