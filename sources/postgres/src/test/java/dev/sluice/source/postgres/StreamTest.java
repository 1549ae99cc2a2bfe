package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.metrics.MeterNames;
import dev.sluice.engine.source.Source;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.BatchProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class StreamTest extends SourceTest {
    private static final String ITEMS = "CREATE TABLE items (id int PRIMARY KEY, name text)";

    @Test
    void valuesHaveTheSameTextWhateverTheServerIsSetTo(TestDatabase database) throws Exception {
        database.execute(
                "ALTER DATABASE " + database.name() + " SET DateStyle = 'German, DMY'",
                "ALTER DATABASE " + database.name() + " SET TimeZone = 'Asia/Tokyo'",
                "ALTER DATABASE " + database.name() + " SET IntervalStyle = 'iso_8601'",
                "ALTER DATABASE " + database.name() + " SET extra_float_digits = 0",
                "ALTER DATABASE " + database.name() + " SET bytea_output = 'escape'",
                "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
                "CREATE DOMAIN amount AS numeric(10,2) CHECK (VALUE > 0)",
                """
                CREATE TABLE items (id int PRIMARY KEY, at timestamptz, day date, span interval, real float8, raw bytea,
                  moods mood[], price amount, doc jsonb, cls regclass)
                """);
        Source source = open(database, "public.*");
        Position start = begin(source);
        database.execute("""
                INSERT INTO items VALUES (1, '2026-01-02 03:04:05+09', '2026-12-31', '1 day 2 hours', 0.1::float8 + 0.2,
                  '\\x00ff', ARRAY['sad', 'it''s ok']::mood[], 12.5, '{"a": [1]}', 'items')
                """);
        try (BatchProbe probe = subscribe(source, start)) {
            RecordedChange change = probe.untilChanges(1).changes().get(0);
            assertThat(change.value("at")).isEqualTo("2026-01-01 18:04:05+00");
            assertThat(change.value("day")).isEqualTo("2026-12-31");
            assertThat(change.value("span")).isEqualTo("1 day 02:00:00");
            assertThat(change.value("real")).isEqualTo("0.30000000000000004");
            assertThat(change.value("raw")).isEqualTo("\\x00ff");
            assertThat(change.value("moods")).isEqualTo("{sad,\"it's ok\"}");
            assertThat(change.value("price")).isEqualTo("12.50");
            assertThat(change.value("doc")).isEqualTo("{\"a\": [1]}");
            assertThat(change.value("cls")).isEqualTo("public.items");
        }
    }

    @Test
    void relationsKnowTheirTypesAndKeys(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TABLE items (a text NOT NULL, id bigint, moods mood[], n numeric(8,3), PRIMARY KEY (id))",
                "ALTER TABLE items REPLICA IDENTITY FULL");
        Source source = open(database, "public.*");
        Position start = begin(source);
        database.execute(
                "INSERT INTO items VALUES ('x', 1, '{ok}', 1)",
                "UPDATE items SET a = 'y'",
                "ALTER TABLE items ADD COLUMN later int DEFAULT 7",
                "INSERT INTO items VALUES ('z', 2, NULL, 2)");
        List<ChangeBatch> batches = collect(source, start, 3);
        Relation relation = batches.get(0).relation(0);
        assertThat(relation.keyColumns()).extracting(Column::name).containsExactly("id");
        assertThat(relation.columns())
                .extracting(Column::typeText)
                .containsExactly("text", "bigint", "public.mood[]", "numeric(8,3)");
        assertThat(relation.columns()).extracting(Column::notNull).containsExactly(true, true, false, false);
        DataType.Array moods = (DataType.Array) relation.columns().get(2).type();
        assertThat(((DataType.Enumeration) moods.element()).labels()).containsExactly("sad", "ok");
        ChangeBatch last = batches.get(batches.size() - 1);
        assertThat(last.relation(last.size() - 1).columns()).hasSize(5);
        List<OldTuple> old = new ArrayList<>();
        batches.forEach(batch -> {
            for (int i = 0; i < batch.size(); i++) {
                old.add(batch.oldTuple(i));
            }
        });
        assertThat(old).containsExactly(OldTuple.NONE, OldTuple.FULL, OldTuple.NONE);
    }

    @Test
    void aTableThatWasDroppedMeanwhileIsStillDescribed(TestDatabase database) throws Exception {
        database.execute("CREATE TYPE mood AS ENUM ('sad')", "CREATE TABLE items (id int PRIMARY KEY, mood mood)");
        database.execute("CREATE TABLE kept (id int PRIMARY KEY)");
        Source source = open(database, "public.*");
        Position start = begin(source);
        database.execute("INSERT INTO items VALUES (1, 'sad')", "DROP TABLE items", "DROP TYPE mood");
        List<ChangeBatch> batches = collect(source, start, 1);
        Relation relation = batches.get(0).relation(0);
        assertThat(relation.displayName()).isEqualTo("public.items");
        assertThat(relation.columns()).extracting(Column::typeText).containsExactly("integer", "public.mood");
        assertThat(relation.keyColumns()).hasSize(1);
    }

    @Test
    void unchangedToastIsAbsentAndNotNull(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE items (id int PRIMARY KEY, name text, wide text)",
                "ALTER TABLE items ALTER wide SET STORAGE EXTERNAL",
                "INSERT INTO items VALUES (1, 'a', repeat('w', 100000))");
        Source source = open(database, "public.*");
        Position start = begin(source);
        database.execute("UPDATE items SET name = 'b'", "ALTER TABLE items REPLICA IDENTITY FULL");
        database.execute("UPDATE items SET name = 'c'");
        try (BatchProbe probe = subscribe(source, start)) {
            List<RecordedChange> changes = probe.untilChanges(2).changes();
            assertThat(changes.get(0).row()).containsEntry("name", "b").doesNotContainKey("wide");
            assertThat(changes.get(1).row()).doesNotContainKey("wide");
            assertThat(Objects.requireNonNull(changes.get(1).old().get("wide"))).hasSize(100000);
        }
    }

    @Test
    void namesMayBeOdd(TestDatabase database) throws Exception {
        database.execute(
                "CREATE SCHEMA \"Odd \"\"schema\"",
                "CREATE TABLE \"Odd \"\"schema\".\"sel'ect\\\"\"; --\" (\"Wéird \"\"id\"\"\" int PRIMARY KEY, \"a,b\" text)");
        Source source = open(
                Sources.named(
                        Sources.config(database.url(), "Odd \"schema.*"),
                        database.name(),
                        "it's \"odd\\\", too",
                        false),
                "odd-names");
        Position start = begin(source);
        database.execute("INSERT INTO \"Odd \"\"schema\".\"sel'ect\\\"\"; --\" VALUES (1, 'x')");
        try (BatchProbe probe = subscribe(source, start)) {
            RecordedChange change = probe.untilChanges(1).changes().get(0);
            assertThat(change.table()).isEqualTo("sel'ect\\\"; --");
            assertThat(change.row()).containsEntry("Wéird \"id\"", "1").containsEntry("a,b", "x");
        }
        assertThat(get(source.origin().teardown(true))).hasSize(2);
    }

    @Test
    void partitionsComeAsTheirRoot(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')"
                        + " PARTITION BY LIST (id)",
                "CREATE TABLE events_1_a PARTITION OF events_1 FOR VALUES IN (1, 2)",
                "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
                "INSERT INTO events VALUES (1, '2026-01-05')");
        Source source = open(database, "public.events", "public.events_1_a");
        var snapshot = get(source.origin().snapshot());
        assertThat(snapshot.tables()).hasSize(1);
        List<RecordedChange> copied = get(snapshot.rows(snapshot.tables().get(0))
                .concatMapIterable(RecordedChange::of)
                .collectList());
        snapshot.close().block(PATIENCE);
        assertThat(copied).hasSize(1);
        database.execute("INSERT INTO events VALUES (2, '2026-01-06'), (3, '2026-02-06')", "TRUNCATE events_2");
        try (BatchProbe probe = subscribe(source, snapshot.position())) {
            assertThat(probe.untilChanges(2).changes())
                    .extracting(RecordedChange::table)
                    .containsOnly("events");
        }
    }

    @Test
    void truncatingSeveralTablesComesAsOneChangeForEach(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE more (id int PRIMARY KEY REFERENCES items)");
        Source source = open(database, "public.*");
        Position start = begin(source);
        database.execute("TRUNCATE items CASCADE");
        try (BatchProbe probe = subscribe(source, start)) {
            List<RecordedChange> changes = probe.untilChanges(2).changes();
            assertThat(changes).extracting(RecordedChange::operation).containsOnly(Operation.TRUNCATE);
            assertThat(changes).extracting(RecordedChange::table).containsExactlyInAnyOrder("items", "more");
        }
    }

    /** Each batch may cost the sinks a commit, which may be in the same cluster and move the position again. */
    @Test
    void whatIsWrittenElsewhereMovesThePositionOncePerStatusInterval(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        TestDatabase elsewhere = database.another("elsewhere");
        elsewhere.execute("CREATE TABLE items (id int)");
        Source source = open(database, "public.*");
        try (BatchProbe probe = subscribe(source, begin(source))) {
            probe.next();
            long before = System.nanoTime();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(elsewhere));
            probe.until(p -> writing.isDone());
            probe.untilPosition(get(source.origin().now()).lsn());
            long intervals = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before) / 200;
            assertThat(probe.received()).isLessThanOrEqualTo(intervals + 4);
        }
    }

    private static void write(TestDatabase database) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 500; i++) {
                statement.execute("INSERT INTO items VALUES (" + i + ")");
            }
        } catch (SQLException error) {
            throw new IllegalStateException(error);
        }
    }

    @Test
    void howMuchWalMayStillBeWrittenBeforeTheSlotIsLostIsShown() throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of("max_slot_wal_keep_size", "1GB"))) {
            server.execute("postgres", "CREATE TABLE items (id int PRIMARY KEY)");
            Source source = open(Sources.config(server.url("postgres"), "public.*"), "limited");
            begin(source);

            eventually(() -> meters.get(MeterNames.SOURCE_SAFE).gauge().value() > (double) (100 << 20));

            source.close().block(PATIENCE);
        }
    }

    @Test
    void publishedTablesThatAreNotSelectedAreLeftOut(TestDatabase database) throws Exception {
        database.execute(
                ITEMS,
                "CREATE TABLE others (id int PRIMARY KEY)",
                "CREATE PUBLICATION everything FOR TABLE items, others");
        Source source = open(
                Sources.named(Sources.config(database.url(), "public.items"), database.name(), "everything", false),
                "selective");
        Position start = begin(source);
        database.execute("INSERT INTO others VALUES (1)", "INSERT INTO items VALUES (1)");
        try (BatchProbe probe = subscribe(source, start)) {
            assertThat(probe.untilChanges(1).changes().get(0).table()).isEqualTo("items");
        }
        assertThat(get(source.origin().teardown(true))).containsExactly("replication slot " + database.name());
        assertThat(database.value("SELECT count(*) FROM pg_publication")).isEqualTo("1");
        database.execute("DROP PUBLICATION everything");
    }

    @Test
    void theStreamRunsOverAUnixSocket(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        String url = "postgresql://postgres@:" + database.server().port() + "/" + database.name() + "?host="
                + database.server().socketDirectory();
        Source source = open(Sources.config(url, "public.*"), database.name());
        Position start = begin(source);
        insertNumbers(database, 1, 5000);
        try (BatchProbe probe = subscribe(source, start)) {
            probe.untilChanges(5000);
            insertNumbers(database, 5001, 5001);
            assertThat(probe.untilChanges(5001).violations()).isEmpty();
            assertThat(database.value("SELECT client_addr FROM pg_stat_activity WHERE backend_type = 'walsender'"
                            + " AND datname = current_database()"))
                    .isNull();
        }
    }

    @Test
    void cancellingFreesTheSlotAtOnceAndWhatIsConfirmedLaterIsToldOnClosing(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        insertNumbers(database, 1, 10);
        Position end;
        try (BatchProbe probe = subscribe(source, start)) {
            end = probe.untilChanges(10).until(p -> p.last().isBoundary()).last();
        }
        eventually(() -> "f".equals(database.value(active(database))));
        source.confirm(end);
        source.close().block(PATIENCE);
        assertThat(confirmed(database).lsn()).isGreaterThanOrEqualTo(end.lsn());
    }

    @Test
    void aSecondSubscriberIsRefusedAndTheFirstGoesOn(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            StepVerifier.create(source.changes(start))
                    .expectError(IllegalStateException.class)
                    .verify(PATIENCE);
            insertNumbers(database, 1, 1);
            probe.untilChanges(1);
        }
    }

    @Test
    void moreThanWasEmittedIsNeverConfirmed(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            insertNumbers(database, 1, 1);
            probe.untilChanges(1);
            insertNumbers(database, 2, 2);
            Position tooFar = get(source.origin().now());
            source.confirm(tooFar);
            eventually(() -> confirmed(database).lsn() > start.lsn());
            assertThat(confirmed(database).lsn()).isLessThan(tooFar.lsn());
            probe.untilChanges(2);
        }
    }

    @Test
    void aSlotThatIsAheadOrGoneIsAGap(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        insertNumbers(database, 1, 10);
        try (BatchProbe probe = subscribe(source, start)) {
            Position end =
                    probe.untilChanges(10).until(p -> p.last().isBoundary()).last();
            source.confirm(end);
            eventually(() -> confirmed(database).lsn() >= end.lsn());
        }
        SyncException ahead = streamFailure(source, start);
        assertThat(ahead.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
        assertThat(ahead).hasMessageContaining(start.toString()).hasMessageContaining("forget");

        SyncException future = streamFailure(source, Position.parse("FFFFFF/0"));
        assertThat(future.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
        assertThat(future).hasMessageContaining("back in time");

        eventually(() -> "f".equals(database.value(active(database))));
        database.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database ="
                + " current_database()");
        SyncException gone = streamFailure(source, start);
        assertThat(gone.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
        assertThat(gone).hasMessageContaining("does not exist");
    }

    @Test
    void droppingThePublicationIsAGap(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        database.execute("DROP PUBLICATION sluice_" + database.name(), "INSERT INTO items VALUES (1)");
        SyncException error = streamFailure(source, start);
        assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
        assertThat(error).hasMessageContaining("publication");
    }

    @Test
    void droppingThePublicationUnderTheStreamIsAGapToo(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            insertNumbers(database, 1, 1);
            probe.untilChanges(1);
            database.execute("DROP PUBLICATION sluice_" + database.name(), "INSERT INTO items VALUES (2)");
            long lost = Position.parse(Objects.requireNonNull(database.value("SELECT pg_current_wal_lsn()")))
                    .lsn();
            SyncException error = (SyncException) probe.error();
            assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
            assertThat(error).hasMessageContaining("publication");
            assertThat(probe.last().lsn()).isLessThan(lost);
        }
    }

    @Test
    void aRowThatIsTooLargeForTheServerToSendIsNamedAndStops(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE files (id int PRIMARY KEY, content bytea)");
        Source source = open(database, "public.*");
        Position start = begin(source);
        insertNumbers(database, 1, 1);
        database.execute("INSERT INTO files VALUES (1, repeat('x', 540 * 1000 * 1000)::bytea)"); // twice that as text
        try (BatchProbe probe = subscribe(source, start)) {
            probe.untilChanges(1);
            SyncException error = (SyncException) probe.error();
            assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(error)
                    .hasMessageContaining("public.files")
                    .hasMessageContaining("more than 1 GB as text")
                    .hasMessageContaining("after " + probe.last());
        }
    }

    @Test
    void aWalsenderThatIsTerminatedIsUnavailableAndTheStreamGoesOn(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            insertNumbers(database, 1, 1);
            probe.untilChanges(1);
            database.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database ="
                    + " current_database()");
            assertThat(probe.error()).isInstanceOfSatisfying(SyncException.class, error -> assertThat(error.kind())
                    .isEqualTo(ErrorKind.SOURCE_UNAVAILABLE));
            start = probe.last();
        }
        insertNumbers(database, 2, 2);
        try (BatchProbe probe = subscribe(source, start)) {
            assertThat(probe.untilChanges(1).changes().get(0).value("id")).isEqualTo("2");
        }
    }

    @Test
    void oneRowOnAnIdleSystemComesWithinMilliseconds(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        try (BatchProbe probe = subscribe(source, start)) {
            insertNumbers(database, 0, 0);
            probe.untilChanges(1);
            long best = Long.MAX_VALUE;
            for (int id = 1; id <= 20; id++) {
                insertNumbers(database, id, id);
                long before = System.nanoTime();
                probe.untilChanges(id + 1);
                best = Math.min(best, System.nanoTime() - before);
            }
            assertThat(best).isLessThan(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    @Test
    void metersCountWhatIsReadAndVanishOnClosing(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        insertNumbers(database, 1, 100);
        try (BatchProbe probe = subscribe(source, start)) {
            probe.untilChanges(100);
        }
        assertThat(meters.get(MeterNames.SOURCE_CHANGES).counter().count()).isEqualTo(100);
        assertThat(meters.get(MeterNames.SOURCE_BYTES).counter().count()).isGreaterThan(1000);
        assertThat(meters.get(MeterNames.SOURCE_MESSAGE_AGE).gauge().value()).isLessThan(30);
        source.close().block(PATIENCE);
        assertThat(meters.getMeters()).isEmpty();
    }

    private List<ChangeBatch> collect(Source source, Position start, int changes) {
        Flux<ChangeBatch> enough = source.changes(start)
                .scan(new ArrayList<ChangeBatch>(), (all, batch) -> {
                    all.add(batch);
                    return all;
                })
                .takeUntil(all -> all.stream().mapToInt(ChangeBatch::size).sum() >= changes)
                .last()
                .flatMapIterable(all -> all);
        return get(enough.filter(batch -> !batch.isEmpty()).collectList());
    }

    private static SyncException streamFailure(Source source, Position after) throws Exception {
        try (BatchProbe probe = subscribe(source, after)) {
            return (SyncException) probe.error();
        }
    }

    private static String active(TestDatabase database) {
        return "SELECT active FROM pg_replication_slots WHERE database = '" + database.name() + "'";
    }

    private static Position confirmed(TestDatabase database) throws SQLException {
        return Position.parse(Objects.requireNonNull(database.value(
                "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE database = current_database()")));
    }
}
