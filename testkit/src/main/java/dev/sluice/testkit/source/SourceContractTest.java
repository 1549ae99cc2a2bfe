package dev.sluice.testkit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What every source promises. A source's own test extends this with one method. */
@PostgresTest
public abstract class SourceContractTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TABLE = "CREATE TABLE items (id int PRIMARY KEY, name text, wide text)";

    /** In the tests here every row is larger than this, so that a few thousand of them are many batches. */
    private static final int WIDE = 10_000;

    private final List<Source> opened = new ArrayList<>();

    /**
     * A new source as user {@code postgres}, as after a restart: the same pipeline name each time for the same database.
     *
     * @param tables patterns as in a configuration, such as {@code public.*}
     */
    protected abstract Source open(PostgresServer server, String database, List<String> tables);

    /** The position that the server has been told to forget everything before. */
    protected abstract long confirmed(TestDatabase database) throws SQLException;

    /** How much of what the source makes is there, whatever it counts. */
    protected abstract long made(TestDatabase database) throws SQLException;

    /** How many bytes of what was written the server has sent, until now. */
    protected abstract long sent(TestDatabase database) throws SQLException;

    /** Whether transactions come in the order in which they were committed, also where that shows in no row. */
    protected abstract boolean keepsCommitOrder();

    /** Whether the position follows what is written elsewhere in the cluster, as the server keeps all of it for us. */
    protected abstract boolean followsOthers();

    /** Whether a large value that an UPDATE has not changed is left out. */
    protected abstract boolean leavesOutUnchanged();

    @BeforeEach
    void createTable(TestDatabase database) throws SQLException {
        database.execute(TABLE, "ALTER TABLE items ALTER wide SET STORAGE EXTERNAL");
    }

    @AfterEach
    void closeSources() {
        opened.forEach(source -> await(source.close()));
    }

    @Test
    void transactionsComeInCommitOrderWholeAndNumbered(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        try (Connection one = database.connect();
                Connection two = database.connect();
                Statement first = one.createStatement();
                Statement second = two.createStatement()) {
            one.setAutoCommit(false);
            two.setAutoCommit(false);
            first.execute("INSERT INTO items VALUES (1, 'begun first')");
            second.execute("INSERT INTO items VALUES (2, 'begun second')");
            first.execute("INSERT INTO items VALUES (3, 'begun first')");
            second.execute("INSERT INTO items VALUES (4, 'begun second')");
            two.commit();
            one.commit();
        }
        try (BatchProbe probe = subscribe(source, start)) {
            probe.untilChanges(4);
            List<@Nullable String> ids = ids(probe.changes());
            if (keepsCommitOrder()) {
                assertThat(ids).containsExactly("2", "4", "1", "3");
            } else {
                assertThat(ids).containsSubsequence("2", "4").containsSubsequence("1", "3");
            }
            assertThat(probe.changes())
                    .extracting(change -> change.position().ordinal())
                    .containsExactly(1L, 2L, 1L, 2L);
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void aSubscriptionSaysAtOnceThatItIsConnected(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        assertThat(source.changes(start).blockFirst(PATIENCE))
                .matches(batch -> batch.isEmpty() && batch.last().equals(start));
    }

    @Test
    void everyKindOfChangeComes(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        database.execute(
                "INSERT INTO items VALUES (1, 'one', repeat('w', " + WIDE + "))",
                "UPDATE items SET name = 'uno'",
                "UPDATE items SET id = 2, name = NULL",
                "DELETE FROM items",
                "TRUNCATE items");
        try (BatchProbe probe = subscribe(source, start)) {
            List<RecordedChange> changes = probe.untilChanges(5).changes();
            assertThat(changes)
                    .extracting(RecordedChange::operation)
                    .containsExactly(
                            Operation.INSERT, Operation.UPDATE, Operation.UPDATE, Operation.DELETE, Operation.TRUNCATE);
            assertThat(changes.get(0).value("wide")).hasSize(WIDE);
            assertThat(changes.get(1).row()).containsEntry("name", "uno");
            assertThat(changes.get(1).row().containsKey("wide")).isNotEqualTo(leavesOutUnchanged());
            assertThat(changes.get(2).old()).containsEntry("id", "1");
            assertThat(changes.get(2).row()).containsEntry("id", "2").containsEntry("name", null);
            assertThat(changes.get(3).old()).containsEntry("id", "2");
        }
    }

    @Test
    void whatIsCommittedWhileSubscribedComesToo(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            for (int id = 1; id <= 5; id++) {
                database.execute("INSERT INTO items VALUES (" + id + ")");
                probe.untilChanges(id);
            }
            assertThat(ids(probe.changes())).containsExactly("1", "2", "3", "4", "5");
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void nothingIsLostOrRepeatedWhenSubscribedAgain(TestDatabase database) throws Exception {
        Source source = source(database);
        Position at = begin(source);
        for (int id = 1; id <= 300; id++) {
            insert(database, id, id);
        }
        insert(database, 301, 3000);
        List<RecordedChange> seen = new ArrayList<>();
        for (int batches = 1; seen.size() < 3000; batches *= 2) {
            try (BatchProbe probe = subscribe(source, at)) {
                int enough = batches;
                int missing = 3000 - seen.size();
                probe.until(p -> p.received() >= enough || p.changes().size() >= missing);
                assertThat(probe.violations()).isEmpty();
                seen.addAll(probe.changes());
                at = probe.last();
            }
        }
        assertThat(ids(seen))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 3000)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void anotherSourceGoesOnWhereTheFirstWasConfirmed(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        insert(database, 1, 10);
        Position confirmed;
        try (BatchProbe probe = subscribe(source, start)) {
            confirmed = probe.untilChanges(10).until(p -> p.last().isBoundary()).last();
            source.confirm(confirmed);
        }
        await(source.close());
        insert(database, 11, 20);

        Source restarted = source(database);
        try (BatchProbe probe = subscribe(restarted, confirmed)) {
            probe.untilChanges(10);
            assertThat(ids(probe.changes())).first().isEqualTo("11");
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void withoutDemandNothingIsReadAhead(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            insert(database, 1, 1);
            probe.untilChanges(1);
            // In many transactions: of a single one the server counts the WAL as sent when it begins to send it.
            for (int id = 2; id <= 8000; id += 100) {
                insert(database, id, Math.min(id + 99, 8000));
            }
            assertThat(stable(() -> sent(database)))
                    .as("bytes sent, of %s", 8000L * WIDE)
                    .isLessThan(4000L * WIDE);
            assertThat(probe.changes()).hasSize(1);
            probe.untilChanges(8000);
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void confirmingMovesTheSlotAndNeverBack(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        insert(database, 1, 100);
        try (BatchProbe probe = subscribe(source, start)) {
            Position end =
                    probe.untilChanges(100).until(p -> p.last().isBoundary()).last();
            assertThat(confirmed(database)).isLessThan(end.lsn());
            source.confirm(end);
            source.confirm(start);
            eventually(() -> confirmed(database), lsn -> lsn >= end.lsn());
        }
    }

    @Test
    void closingTellsTheServerTheLastConfirmedPosition(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        insert(database, 1, 100);
        Position end;
        try (BatchProbe probe = subscribe(source, start)) {
            end = probe.untilChanges(100).until(p -> p.last().isBoundary()).last();
            source.confirm(end);
            await(source.close());
        }
        eventually(() -> confirmed(database), lsn -> lsn >= end.lsn()); // a busy server reads its last words late
    }

    @Test
    void anIdleDatabaseStillMovesThePosition(TestDatabase database) throws Exception {
        Source source = source(database);
        assumeTrue(followsOthers(), "nothing is kept because of others");
        Position start = begin(source);
        TestDatabase busy = database.another("busy");
        try (BatchProbe probe = subscribe(source, start)) {
            busy.execute("CREATE TABLE t AS SELECT generate_series(1, 1000)");
            long reached = lsn(busy, "SELECT pg_current_wal_flush_lsn() - '0/0'");
            probe.untilPosition(reached);
            assertThat(probe.changes()).isEmpty();
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void theStreamReachesNow(TestDatabase database) throws Exception {
        Source source = source(database);
        Position start = begin(source);
        insert(database, 1, 10);
        Position now = get(source.origin().now());
        try (BatchProbe probe = subscribe(source, start)) {
            probe.until(p -> !now.isAfter(p.last()));
            assertThat(probe.changes()).hasSize(10);
        }
    }

    @Test
    void snapshotAndStreamMeetWithoutGapOrOverlap(TestDatabase database) throws Exception {
        insert(database, 1, 100);
        Source source = source(database);
        Snapshot snapshot = get(source.origin().snapshot());
        insert(database, 101, 200);
        List<RecordedChange> all = new ArrayList<>();
        try {
            for (TableCopy table : snapshot.tables()) {
                all.addAll(get(snapshot.rows(table)
                        .concatMapIterable(RecordedChange::of)
                        .collectList()));
            }
        } finally {
            await(snapshot.close());
        }
        assertThat(all).hasSize(100).allSatisfy(read -> {
            assertThat(read.operation()).isEqualTo(Operation.READ);
            assertThat(read.position()).isEqualTo(snapshot.position());
        });
        insert(database, 201, 300);
        try (BatchProbe probe = subscribe(source, snapshot.position())) {
            all.addAll(probe.untilChanges(200).changes());
            assertThat(probe.violations()).isEmpty();
        }
        assertThat(ids(all))
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 300)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void teardownTellsFirstAndThenDrops(TestDatabase database) throws Exception {
        Source source = source(database);
        begin(source);
        List<String> told = get(source.origin().teardown(false));
        assertThat(told).isNotEmpty();
        assertThat(made(database)).isPositive();
        assertThat(get(source.origin().teardown(true))).hasSameSizeAs(told);
        assertThat(made(database)).isZero();
        assertThat(get(source.origin().teardown(true))).isEmpty();
    }

    @Test
    void closingTwiceOrUnusedIsHarmless(TestDatabase database) throws Exception {
        Source unused = source(database);
        await(unused.close());
        await(unused.close());
        Source source = source(database);
        Position start = begin(source);
        BatchProbe probe = subscribe(source, start);
        insert(database, 1, 1);
        probe.untilChanges(1);
        await(source.close());
        await(source.close());
        probe.close();
    }

    /** A new source over this database's {@code public} tables; closed after the test. */
    protected final Source source(TestDatabase database) {
        Source source = open(database.server(), database.name(), List.of("public.*"));
        opened.add(source);
        return source;
    }

    /** Makes what the stream needs, copies nothing. */
    protected static Position begin(Source source) {
        Snapshot snapshot = get(source.origin().snapshot());
        await(snapshot.close());
        return snapshot.position();
    }

    protected static BatchProbe subscribe(Source source, Position after) {
        return BatchProbe.subscribe(source.changes(after), after);
    }

    /** One transaction with rows that are wide and do not compress. */
    protected static void insert(TestDatabase database, int firstId, int lastId) throws SQLException {
        database.execute("INSERT INTO items SELECT id, 'name', repeat(chr(65 + id % 26), " + WIDE
                + ") FROM generate_series(" + firstId + ", " + lastId + ") id");
    }

    private static List<@Nullable String> ids(List<RecordedChange> changes) {
        List<@Nullable String> ids = new ArrayList<>();
        changes.forEach(change -> ids.add(change.value("id")));
        return ids;
    }

    /** One number that the server is asked for. */
    protected static long lsn(TestDatabase database, String query) throws SQLException {
        return Long.parseLong(Objects.requireNonNull(database.value(query)));
    }

    /** A server's figure that can only be asked for. */
    private interface Figure {
        long ask() throws SQLException;
    }

    private static void eventually(Figure figure, Predicate<Long> condition) throws SQLException, TimeoutException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long now = figure.ask(); !condition.test(now); now = figure.ask()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("still " + now);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** The figure once it has not moved for half a second. */
    private static long stable(Figure figure) throws SQLException {
        long last = figure.ask();
        for (int unmoved = 0; unmoved < 10; unmoved++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            long now = figure.ask();
            if (now != last) {
                unmoved = 0;
            }
            last = now;
        }
        return last;
    }

    private static <T> T get(Mono<T> call) {
        return Objects.requireNonNull(call.block(PATIENCE), "completed without a value");
    }

    private static void await(Mono<Void> call) {
        call.block(PATIENCE);
    }
}
