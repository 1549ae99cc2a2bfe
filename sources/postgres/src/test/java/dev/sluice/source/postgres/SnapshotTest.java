package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.BatchProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class SnapshotTest extends SourceTest {
    private static final String ITEMS = "CREATE TABLE items (id int PRIMARY KEY, name text)";

    /** Copy plus stream must give exactly what is in the table, whatever was committed around the slot's creation. */
    @Test
    void copyAndStreamMeetUnderConcurrentWrites(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE items (id int PRIMARY KEY, n int)",
                "INSERT INTO items SELECT n, 0 FROM" + " generate_series(1, 50) n");
        Source source = open(database, "public.*");
        AtomicBoolean writing = new AtomicBoolean(true);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 3; writer++) {
            int first = 1000 + writer * 100_000;
            writers.add(CompletableFuture.runAsync(() -> write(database, first, writing)));
        }
        Map<String, String> rows = new HashMap<>();
        Snapshot snapshot = get(source.origin().snapshot());
        for (TableCopy table : snapshot.tables()) {
            for (RecordedChange row : get(
                    snapshot.rows(table).concatMapIterable(RecordedChange::of).collectList())) {
                assertThat(rows.put(String.valueOf(row.value("id")), String.valueOf(row.value("n"))))
                        .isNull();
            }
        }
        snapshot.close().block(PATIENCE);
        writing.set(false);
        for (CompletableFuture<Void> writer : writers) {
            writer.get(30, TimeUnit.SECONDS);
        }
        long end = get(source.origin().now()).lsn();
        try (BatchProbe probe = subscribe(source, snapshot.position())) {
            for (RecordedChange change : probe.untilPosition(end).changes()) {
                apply(change, rows);
            }
        }
        Map<String, String> expected = new HashMap<>();
        for (var row : database.rows("SELECT id, n FROM items")) {
            expected.put(String.valueOf(row.get(0)), String.valueOf(row.get(1)));
        }
        assertThat(rows).isEqualTo(expected);
        assertThat(expected.size()).isGreaterThan(100);
    }

    /** Fails if an insert meets a row, or an update misses one: an overlap or a gap. */
    private static void apply(RecordedChange change, Map<String, String> rows) {
        String id = String.valueOf(change.value("id"));
        String n = String.valueOf(change.value("n"));
        switch (change.operation()) {
            case INSERT -> assertThat(rows.put(id, n)).as("insert of %s", id).isNull();
            case UPDATE -> assertThat(rows.put(id, n)).as("update of %s", id).isNotNull();
            default ->
                assertThat(rows.remove(String.valueOf(change.old().get("id"))))
                        .as("delete")
                        .isNotNull();
        }
    }

    private static void write(TestDatabase database, int first, AtomicBoolean going) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int id = first; going.get() || id < first + 20; id++) {
                statement.execute("INSERT INTO items VALUES (" + id + ", 0)");
                statement.execute("UPDATE items SET n = n + 1 WHERE id = " + (1 + id % 50));
                statement.execute("DELETE FROM items WHERE id = " + (id - 3) + " AND id % 2 = 0");
                connection.commit();
            }
        } catch (SQLException error) {
            throw new IllegalStateException(error);
        }
    }

    @Test
    void aLargeTableComesInChunksThatHoldEachRowOnce(TestDatabase database) throws Exception {
        comesInChunks(database, "", true);
    }

    @Test
    void aLargeTableWhoseRowsLieAnyhowComesInChunksOfPages(TestDatabase database) throws Exception {
        comesInChunks(database, " ORDER BY md5(n::text)", false);
    }

    private static void comesInChunks(TestDatabase database, String order, boolean byKey) throws Exception {
        database.execute(
                "CREATE TABLE \"Large one\" (id int PRIMARY KEY, name text)",
                "INSERT INTO \"Large one\" SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n" + order,
                "DELETE FROM \"Large one\" WHERE id BETWEEN 1000 AND 2500",
                "UPDATE \"Large one\" SET name = 'new' WHERE id % 3 = 0",
                "CREATE TABLE parts (id int PRIMARY KEY, name text) PARTITION BY RANGE (id)",
                "CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (10000)",
                "INSERT INTO parts SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n");
        Source source =
                Sources.open(Sources.inSmallChunks(Sources.config(database.url(), "public.*")), database.name());
        Snapshot snapshot = get(source.origin().snapshot());
        database.execute(
                "INSERT INTO \"Large one\" SELECT n, repeat('y', 100) FROM generate_series(10001, 12000) n",
                "DELETE FROM \"Large one\" WHERE id < 500");
        List<TableCopy> chunks = snapshot.tables().stream()
                .filter(copy -> copy.relation().name().equals("Large one"))
                .toList();
        int count = chunks.size();
        assertThat(count).isGreaterThan(5);
        assertThat(chunks)
                .extracting(copy -> copy.chunk().number())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, count).boxed().toList());
        assertThat(chunks)
                .allSatisfy(copy -> assertThat(copy.chunk().range() != null).isEqualTo(byKey));
        List<Integer> ids = get(Flux.fromIterable(chunks)
                .flatMap(chunk -> snapshot.rows(chunk).concatMapIterable(RecordedChange::of))
                .map(row -> Integer.valueOf(String.valueOf(row.value("id"))))
                .collectSortedList());
        assertThat(ids)
                .isEqualTo(IntStream.rangeClosed(1, 5000)
                        .filter(id -> id < 1000 || id > 2500)
                        .boxed()
                        .toList());
        assertThat(snapshot.tables())
                .filteredOn(copy -> copy.relation().name().equals("parts"))
                .extracting(TableCopy::chunk)
                .containsExactly(CopyChunk.WHOLE);
        snapshot.close().block(PATIENCE);
        source.close().block(PATIENCE);
    }

    /** Its rows have other places then: some would be read twice, others never. */
    @Test
    void aTableThatWasRewrittenBeforeItsChunkIsReadMakesTheCopyBeginAgain(TestDatabase database) throws Exception {
        database.execute(
                ITEMS,
                "INSERT INTO items SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n ORDER BY md5(n::text)");
        Source source =
                Sources.open(Sources.inSmallChunks(Sources.config(database.url(), "public.*")), database.name());
        Snapshot snapshot = get(source.origin().snapshot());
        snapshot.rows(snapshot.tables().get(0)).then().block(PATIENCE);
        database.execute("SET lock_timeout = '10s'", "VACUUM FULL items"); // would wait for a lock that is kept
        SyncException error = failure(snapshot.rows(snapshot.tables().get(1)).then());
        assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
        assertThat(error).hasMessageContaining("rewritten");
        snapshot.close().block(PATIENCE);
        source.close().block(PATIENCE);
    }

    /** So that the copy starts again with a new one; it would not if this were the table's fault. */
    @Test
    void aSnapshotWhoseConnectionIsLostIsUnavailable(TestDatabase database) throws Exception {
        database.execute(ITEMS, "INSERT INTO items VALUES (1, 'one')");
        Source source = open(database, "public.*");
        Snapshot snapshot = get(source.origin().snapshot());
        database.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND backend_type = 'walsender'");
        SyncException error = failure(snapshot.rows(snapshot.tables().get(0)).then());
        assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
        assertThat(error).hasMessageContaining("the snapshot is gone");
        snapshot.close().block(PATIENCE);
    }

    @Test
    void aSnapshotThatNobodyWaitsForAnyMoreIsClosed(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        String walsenders = "SELECT count(*) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND backend_type = 'walsender'";
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO items VALUES (1, 'one')");
            Disposable start = source.origin().snapshot().subscribe();
            eventually(() -> "1"
                    .equals(database.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'sluice_"
                            + database.name() + "'")));
            start.dispose();
            assertThat(database.value(walsenders)).isEqualTo("1");
            connection.commit();
        }
        eventually(() -> "0".equals(database.value(walsenders)));
    }

    @Test
    void moreTablesThanWorkersAreReadAndNoneWithoutDemand(TestDatabase database) throws Exception {
        for (int i = 1; i <= 6; i++) {
            database.execute(
                    "CREATE TABLE t" + i + " (id int PRIMARY KEY, wide text)",
                    "INSERT INTO t" + i + " SELECT n, repeat('x', 500) FROM generate_series(1, " + i * 500 + ") n",
                    "ANALYZE t" + i);
        }
        Source source = open(database, "public.*");
        Snapshot snapshot = get(source.origin().snapshot());
        assertThat(snapshot.tables()).hasSize(6);
        assertThat(snapshot.tables().get(0).relation().name()).isEqualTo("t6");
        assertThat(snapshot.tables().get(0).estimatedRows()).isEqualTo(3000);
        assertThat(snapshot.tables().get(0).estimatedBytes()).isGreaterThan(1_500_000);

        StepVerifier.create(snapshot.rows(snapshot.tables().get(0)), 1)
                .expectNextCount(1)
                .thenCancel()
                .verify(PATIENCE);
        List<Long> counts = get(Flux.fromIterable(snapshot.tables())
                .flatMap(table -> snapshot.rows(table)
                        .doOnNext(batch -> assertThat(batch.sizeInBytes()).isLessThan(200_000))
                        .map(batch -> (long) batch.size())
                        .reduce(0L, Long::sum))
                .collectList());
        assertThat(counts).containsExactlyInAnyOrder(500L, 1000L, 1500L, 2000L, 2500L, 3000L);
        // Two workers, whatever the number of tables, and the one that keeps the snapshot.
        assertThat(Integer.parseInt(String.valueOf(database.value(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = current_database()"))))
                .isLessThanOrEqualTo(3);
        snapshot.close().block(PATIENCE);
        snapshot.close().block(PATIENCE);
    }

    @Test
    void oddRowsAndTablesAreCopied(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE nothing ()",
                "ALTER TABLE nothing REPLICA IDENTITY FULL",
                "INSERT INTO nothing DEFAULT VALUES",
                "CREATE TABLE parent (id int PRIMARY KEY, \"a \"\"b\" text, twice int GENERATED ALWAYS AS (id * 2) STORED)",
                "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)",
                "INSERT INTO parent VALUES (1, E'tab\\there\\nand \\\\N'), (2, NULL), (3, '')",
                "INSERT INTO child VALUES (4, 'child')",
                "CREATE TABLE gone (a int, b int PRIMARY KEY)",
                "ALTER TABLE gone DROP COLUMN a",
                "INSERT INTO gone VALUES (7)");
        Source source = open(database, "public.*");
        Snapshot snapshot = get(source.origin().snapshot());
        Map<String, List<RecordedChange>> rows = new HashMap<>();
        for (TableCopy table : snapshot.tables()) {
            rows.put(
                    table.relation().name(),
                    get(snapshot.rows(table)
                            .concatMapIterable(RecordedChange::of)
                            .collectList()));
        }
        snapshot.close().block(PATIENCE);
        assertThat(rows.getOrDefault("nothing", List.of())).hasSize(1);
        assertThat(rows.getOrDefault("parent", List.of())).hasSize(3);
        assertThat(rows.getOrDefault("parent", List.of()).get(0).row())
                .containsOnlyKeys("id", "a \"b")
                .containsEntry("a \"b", "tab\there\nand \\N");
        assertThat(rows.getOrDefault("parent", List.of()).get(1).row()).containsEntry("a \"b", null);
        assertThat(rows.getOrDefault("parent", List.of()).get(2).row()).containsEntry("a \"b", "");
        assertThat(rows.getOrDefault("child", List.of())).hasSize(1);
        assertThat(rows.getOrDefault("gone", List.of()).get(0).row())
                .containsOnlyKeys("b")
                .containsEntry("b", "7");
    }

    @Test
    void withoutACopyNothingIsReadAndTheStreamBeginsAtTheSlot(TestDatabase database) throws Exception {
        database.execute(ITEMS, "INSERT INTO items VALUES (1, 'there')");
        Source source = open(Sources.withoutCopy(Sources.config(database.url(), "public.*")), database.name());
        Snapshot snapshot = get(source.origin().snapshot());
        assertThat(snapshot.tables()).isEmpty();
        snapshot.close().block(PATIENCE);
        database.execute("INSERT INTO items VALUES (2, 'new')");
        long end = get(source.origin().now()).lsn();

        try (BatchProbe probe = subscribe(source, snapshot.position())) {
            assertThat(probe.untilPosition(end).changes())
                    .extracting(change -> change.value("id"))
                    .containsExactly("2");
        }
    }

    @Test
    void startingAgainReplacesWhatAnUnfinishedStartLeft(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Snapshot first = get(source.origin().snapshot());
        first.close().block(PATIENCE);
        insertNumbers(database, 1, 5);
        database.execute("CREATE TABLE added (id int PRIMARY KEY)");
        Snapshot second = get(source.origin().snapshot());
        assertThat(second.position().isAfter(first.position())).isTrue();
        assertThat(second.tables()).hasSize(2);
        second.close().block(PATIENCE);
        assertThat(database.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("1");
    }

    @Test
    void aFailoverSlotIsMadeWhenAskedFor(TestDatabase database) throws Exception {
        assumeTrue(database.version() >= 17, "failover slots came with 17");
        database.execute(ITEMS);
        Source source = open(
                Sources.named(Sources.config(database.url(), "public.*"), database.name(), database.name(), true),
                "failover");
        begin(source);
        assertThat(database.value("SELECT failover FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("t");
        get(source.origin().teardown(true));
    }

    @Test
    void aTableThatVanishesBeforeItIsReadFailsTheCopy(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE other (id int PRIMARY KEY)");
        Source source = open(database, "public.*");
        Snapshot snapshot = get(source.origin().snapshot());
        database.execute("DROP TABLE items");
        TableCopy items = snapshot.tables().stream()
                .filter(table -> table.relation().name().equals("items"))
                .findFirst()
                .orElseThrow();
        assertThat(failure(snapshot.rows(items).then()).kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        TableCopy other = snapshot.tables().stream()
                .filter(table -> table != items)
                .findFirst()
                .orElseThrow();
        assertThat(get(snapshot.rows(other).count())).isZero();
        snapshot.close().block(PATIENCE);
    }
}
