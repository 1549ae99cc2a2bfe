package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.BatchProbe;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What the change log is asked that a slot is not. */
@PostgresTest
class ChangelogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Source> opened = new ArrayList<>();

    @AfterEach
    void closeSources() {
        opened.forEach(source -> source.close().block(PATIENCE));
    }

    /** Each statement in a transaction of its own; what is compared is what a sink can see of it. */
    private static final List<String> WORKLOAD = List.of(
            "INSERT INTO plain VALUES (1, 'a \"b\" \\c, (d)', NULL, ''), (2, '', 1.50, E'\\n\\t\\\\')",
            "UPDATE plain SET amount = 'NaN' WHERE id = 1",
            "UPDATE plain SET id = id + 10",
            "UPDATE plain SET note = note",
            "INSERT INTO plain VALUES (11, 'there') ON CONFLICT (id) DO UPDATE SET name = 'was there'",
            "MERGE INTO plain p USING (VALUES (11), (50)) v(id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET note = 'merged'"
                    + " WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'new')",
            "WITH gone AS (DELETE FROM plain WHERE id = 50 RETURNING *) INSERT INTO plain SELECT 51, name FROM gone",
            "DELETE FROM plain WHERE id = 12",
            "INSERT INTO full_identity VALUES (1, 'x'), (1, 'x'), (2, NULL)",
            "UPDATE full_identity SET b = 'y' WHERE a = 2",
            "DELETE FROM full_identity WHERE a = 1",
            "INSERT INTO by_index VALUES (1, 5, 'v'); UPDATE by_index SET other = 6; DELETE FROM by_index",
            "INSERT INTO divided VALUES (1, 'low'), (1500, 'high'), (3000, 'default')",
            "UPDATE divided SET name = 'x' WHERE id = 1500",
            "UPDATE divided SET id = 2 WHERE id = 1500",
            "INSERT INTO divided_high (id, name) VALUES (1600, 'directly')",
            "DELETE FROM divided WHERE id = 1600",
            "INSERT INTO \"Odd \"\"Name\" VALUES (1, 2)",
            "UPDATE \"Odd \"\"Name\" SET \"select\" = 3",
            "INSERT INTO child (id, extra) VALUES (1, 'of the child')",
            "UPDATE parent SET name = 'through the parent'",
            "INSERT INTO parent VALUES (2, 'own')",
            "DELETE FROM parent",
            "BEGIN; INSERT INTO plain VALUES (60); SAVEPOINT s; INSERT INTO plain VALUES (61); ROLLBACK TO s;"
                    + " INSERT INTO plain VALUES (62); COMMIT",
            "BEGIN; INSERT INTO plain VALUES (70); ROLLBACK",
            "BEGIN; INSERT INTO altered VALUES (1, 'old'); ALTER TABLE altered RENAME v TO w; ALTER TABLE altered ADD n int"
                    + " DEFAULT 7; INSERT INTO altered VALUES (2, 'new', 8); ALTER TABLE altered DROP w; UPDATE altered SET n = 9"
                    + " WHERE id = 1; ALTER TABLE altered RENAME TO renamed; DELETE FROM renamed WHERE id = 2; COMMIT",
            "INSERT INTO cascading VALUES (1, NULL), (2, 1), (3, 2)",
            "DELETE FROM cascading WHERE id = 1",
            "INSERT INTO cascading VALUES (1, NULL), (2, 1)",
            "UPDATE cascading SET id = id + 100",
            "INSERT INTO nested VALUES (1, 0), (2, 0)",
            "UPDATE nested SET v = v + 1",
            "TRUNCATE nested",
            "INSERT INTO computed (id) VALUES (4)",
            "INSERT INTO only_key VALUES (1); DELETE FROM only_key",
            "SELECT as_others_do()");

    private static final String[] TABLES = {
        "CREATE TABLE plain (id int PRIMARY KEY, name text, amount numeric(10,2), note text)",
        "CREATE TABLE full_identity (a int, b text)",
        "ALTER TABLE full_identity REPLICA IDENTITY FULL",
        "CREATE TABLE by_index (id int PRIMARY KEY, other int NOT NULL UNIQUE, v text)",
        "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_other_key",
        "CREATE TABLE divided (id int PRIMARY KEY, name text) PARTITION BY RANGE (id)",
        "CREATE TABLE divided_low PARTITION OF divided FOR VALUES FROM (0) TO (1000)",
        "CREATE TABLE divided_high (gone int, name text, id int NOT NULL)",
        "ALTER TABLE divided_high DROP gone",
        "ALTER TABLE divided ATTACH PARTITION divided_high FOR VALUES FROM (1000) TO (2000)",
        "CREATE TABLE divided_rest PARTITION OF divided DEFAULT",
        "CREATE TABLE \"Odd \"\"Name\" (\"id \"\" x\" int PRIMARY KEY, \"select\" int)",
        "CREATE TABLE parent (id int PRIMARY KEY, name text)",
        "CREATE TABLE child (extra text, PRIMARY KEY (id)) INHERITS (parent)",
        "CREATE TABLE altered (id int PRIMARY KEY, v text)",
        "CREATE TABLE cascading (id int PRIMARY KEY, up int REFERENCES cascading ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE nested (id int PRIMARY KEY, v int)",
        "CREATE FUNCTION once_more() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN UPDATE nested SET v = v + 10 WHERE id = NEW.id AND v < 10; RETURN NULL; END $$",
        "CREATE TRIGGER again AFTER UPDATE ON nested FOR EACH ROW EXECUTE FUNCTION once_more()",
        "CREATE TABLE computed (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, after text DEFAULT 'x')",
        "CREATE TABLE only_key (id int PRIMARY KEY)",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE TYPE mood AS ENUM ('sad', 'happy')",
        "CREATE TABLE typed (id int PRIMARY KEY, t timestamptz, i interval, b bytea, f float8, d date, a text[], p pair,"
                + " r int4range, c regclass, m money, e mood, j jsonb, bits bit(3))",
        "CREATE FUNCTION as_others_do() RETURNS void LANGUAGE plpgsql SET TimeZone = 'Asia/Tokyo' SET DateStyle = 'SQL, DMY'"
                + " SET IntervalStyle = 'iso_8601' SET bytea_output = 'escape' SET extra_float_digits = 0 SET search_path ="
                + " public AS $$ BEGIN INSERT INTO typed VALUES (1, '2026-01-02 03:04:05.678+09', '1 day 02:00', '\\x00ff',"
                + " 0.1::float8 + 0.2, 'infinity', '{1,NULL,\"a b\"}', '(1,\"x y\")', '[2,5)', 'typed'::regclass, 12.5, 'sad',"
                + " '{\"a\": [1, null]}', B'101'); END $$"
    };

    @Test
    void aSinkSeesWhatASlotWouldHaveSent(TestDatabase database) throws Exception {
        database.execute(TABLES);
        Source log = open(database, true, "log");
        Source slot = open(database, false, "slot");
        Position logStart = begin(log);
        Position slotStart = begin(slot);
        for (String statement : WORKLOAD) {
            if (!statement.contains("MERGE") || database.version() >= 15) {
                database.execute(statement);
            }
        }
        int count;
        List<String> bySlot;
        try (BatchProbe probe = BatchProbe.subscribe(slot.changes(slotStart), slotStart)) {
            Position now = get(slot.origin().now());
            probe.until(seen -> !now.isAfter(seen.last()));
            bySlot = probe.changes().stream().map(ChangelogTest::visible).toList();
            count = bySlot.size();
        }
        try (BatchProbe probe = BatchProbe.subscribe(log.changes(logStart), logStart)) {
            probe.untilChanges(count);
            Position now = get(log.origin().now());
            probe.until(seen -> !now.isAfter(seen.last()));
            assertThat(probe.changes().stream().map(ChangelogTest::visible).toList())
                    .containsExactlyElementsOf(bySlot);
            assertThat(probe.violations()).isEmpty();
        }
        assertThat(count).isGreaterThan(60);
    }

    private static String visible(RecordedChange change) {
        return change.table() + " " + change.position().ordinal() + " " + change.operation() + " " + change.old()
                + " -> " + change.row();
    }

    @Test
    void nothingIsLostToTheOrderOfCommits(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE item (id int PRIMARY KEY, v int NOT NULL)", "CREATE TABLE other (id int)");
        database.execute("INSERT INTO item SELECT i, 0 FROM generate_series(1, 20) i");
        Source source = open(database, true, "log");
        Position start = begin(source);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Connection held = database.connect();
                Statement open = held.createStatement();
                BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            held.setAutoCommit(false);
            open.execute("INSERT INTO item VALUES (-1, 0)");
            List<Future<Integer>> running = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int seed = thread;
                running.add(threads.submit(() -> write(database, seed)));
            }
            probe.until(seen -> transactions(seen.changes()) >= 100); // while they write
            int committed = 0;
            for (Future<Integer> each : running) {
                committed += each.get();
            }
            int expected = committed;
            probe.until(seen -> transactions(seen.changes()) >= expected); // while one is open all the time
            assertThat(probe.changes()).noneMatch(change -> "-1".equals(change.value("id")));
            held.commit();
            probe.until(seen -> seen.changes().stream().anyMatch(change -> "-1".equals(change.value("id"))));
            assertThat(transactions(probe.changes())).isEqualTo(expected + 1);
            assertThat(probe.violations()).isEmpty();
            assertThat(replayed(probe.changes(), 20)).isEqualTo(rows(database));
        } finally {
            threads.shutdownNow();
        }
    }

    /** Transactions that get in each other's way, with pauses, and some that are rolled back. Returns how many were not. */
    private static int write(TestDatabase database, int seed) throws Exception {
        Random random = new Random(seed);
        int committed = 0;
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 60; i++) {
                int row = 1 + random.nextInt(15);
                statement.execute("UPDATE item SET v = v + 1 WHERE id = " + row);
                LockSupport.parkNanos(random.nextInt(3_000_000));
                statement.execute("UPDATE item SET v = v * 3 % 1000 WHERE id = " + (row + random.nextInt(5)));
                int added = 1000 + seed * 1000 + i;
                statement.execute("INSERT INTO item VALUES (" + added + ", 0)");
                if (random.nextInt(4) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                    committed++;
                }
            }
        }
        return committed;
    }

    private static long transactions(List<RecordedChange> changes) {
        return changes.stream()
                .map(change -> change.position().lsn())
                .distinct()
                .count();
    }

    private static Map<String, @Nullable String> replayed(List<RecordedChange> changes, int initial) {
        Map<String, @Nullable String> rows = new HashMap<>();
        for (int id = 1; id <= initial; id++) {
            rows.put(Integer.toString(id), "0");
        }
        for (RecordedChange change : changes) {
            if (change.operation() != Operation.DELETE) {
                rows.put(Objects.requireNonNull(change.value("id")), change.value("v"));
            }
        }
        return rows;
    }

    private static Map<String, @Nullable String> rows(TestDatabase database) throws Exception {
        Map<String, @Nullable String> rows = new HashMap<>();
        database.rows("SELECT id, v FROM item")
                .forEach(row -> rows.put(Objects.requireNonNull(row.get(0)), row.get(1)));
        return rows;
    }

    @Test
    void theLogIsEmptiedBehindWhatWasConfirmed(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE item (id int PRIMARY KEY, v text)");
        Source source = open(database, true, "log");
        Position start = begin(source);
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            for (int round = 0; round < 4; round++) {
                database.execute("INSERT INTO item SELECT i, repeat(md5(i::text), 30) FROM generate_series("
                        + round * 40_000 + ", " + (round * 40_000 + 39_999) + ") i");
                probe.untilChanges((round + 1) * 40_000)
                        .until(seen -> seen.last().isBoundary());
                source.confirm(probe.last());
                awaitSmallLog(database);
            }
            assertThat(probe.violations()).isEmpty();
        }
    }

    /** Of 50 MB that each round writes. */
    private static void awaitSmallLog(TestDatabase database) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Long.parseLong(Objects.requireNonNull(database.value(
                        "SELECT pg_total_relation_size('sluice.log_0') + pg_total_relation_size('sluice.log_1')")))
                > 90_000_000) {
            assertThat(System.nanoTime()).as("the log is emptied").isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    @Test
    void aTableWhoseTriggersSomebodyHasTouchedIsToBeCopiedAnew(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
        database.execute("CREATE TABLE c (id int PRIMARY KEY) PARTITION BY RANGE (id)");
        database.execute("CREATE TABLE c_1 PARTITION OF c FOR VALUES FROM (0) TO (10)");
        Source source = open(database, true, "log");
        begin(source);
        assertThat(get(source.origin().inspect()).unpublished()).isEmpty();
        database.execute(
                "ALTER TABLE a DISABLE TRIGGER ALL",
                "INSERT INTO a VALUES (1)",
                "ALTER TABLE a ENABLE TRIGGER ALL",
                "ALTER TABLE c_1 DISABLE TRIGGER sluice_row");
        Set<Long> touched = get(source.origin().inspect()).unpublished();
        assertThat(touched).hasSize(2);
        Snapshot snapshot = get(source.origin().later(touched, Set.of(), PATIENCE));
        assertThat(snapshot.tables().stream()
                        .map(table -> table.relation().name())
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("a", "c");
        snapshot.close().block(PATIENCE);
        assertThat(get(source.origin().inspect()).unpublished()).isEmpty();
    }

    @Test
    void aLogThatIsFullOrRestoredOrAnothersIsToldWithTheWayOut(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE a (id int PRIMARY KEY, v text)");
        Source source = open(database, true, "log");
        Position start = begin(source);
        database.execute("UPDATE sluice.writing SET log_limit = 100000");
        for (int i = 0; i < 30; i++) {
            database.execute(
                    "INSERT INTO a SELECT " + i + ", string_agg(md5(i::text), '') FROM generate_series(1, 500) i");
        }
        assertThat(database.value("SELECT count(*) FROM a")).isEqualTo("30"); // the application goes on
        SyncException full = catchThrowableOfType(
                SyncException.class, () -> get(source.origin().inspect()));
        assertThat(full.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
        assertThat(full).hasMessageContaining("changelog.limit");
        assertThat(catchThrowableOfType(
                        SyncException.class, () -> source.changes(start).blockLast(PATIENCE)))
                .hasMessageContaining("full");

        begin(source);
        get(source.origin().inspect());
        SyncException others = catchThrowableOfType(
                SyncException.class,
                () -> get(open(database, true, "another").origin().inspect()));
        assertThat(others.kind()).isEqualTo(ErrorKind.STATE_MISMATCH);
        assertThat(others).hasMessageContaining("belongs to pipeline log");

        database.execute(
                "CREATE TABLE kept AS SELECT * FROM sluice.changelog",
                "DELETE FROM sluice.changelog",
                "INSERT INTO sluice.changelog SELECT * FROM kept");
        SyncException restored = catchThrowableOfType(
                SyncException.class, () -> get(source.origin().inspect()));
        assertThat(restored.kind()).isEqualTo(ErrorKind.SOURCE_GAP);
        assertThat(restored).hasMessageContaining("restored from a dump");
    }

    @Test
    void aRoleWithFewRightsIsToldAllThatIsMissingAndThenWorks(TestDatabase database) throws Exception {
        String role = database.name() + "_role";
        database.execute(
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                "CREATE ROLE " + role + " LOGIN",
                "CREATE TABLE a (id int PRIMARY KEY, v text)",
                "CREATE TABLE b (id int)");
        try {
            Source source = Sources.open(
                    Sources.withChangelog(Sources.config(database.server().url(role, database.name()), "public.*")),
                    "log");
            opened.add(source);
            SyncException refused = catchThrowableOfType(
                    SyncException.class, () -> get(source.origin().inspect()));
            assertThat(refused.problems()).hasSize(5);
            assertThat(refused)
                    .hasMessageContaining("may not create the schema sluice")
                    .hasMessageContaining("GRANT TRIGGER ON \"public\".\"a\"")
                    .hasMessageContaining("GRANT SELECT ON \"public\".\"b\"");
            database.execute(
                    "GRANT CREATE ON DATABASE " + database.name() + " TO " + role,
                    "GRANT SELECT, TRIGGER ON a, b TO " + role);
            get(source.origin().inspect());
            Position start = begin(source);
            database.execute("INSERT INTO a VALUES (1, 'x')", "INSERT INTO b VALUES (2)", "UPDATE b SET id = 3");
            try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
                assertThat(probe.untilChanges(3).changes().get(2).old()).containsEntry("id", "2");
            }
            assertThat(get(source.origin().teardown(true))).hasSize(3);
            assertThat(database.value("SELECT count(*) FROM pg_trigger")).isEqualTo("0");
        } finally {
            closeSources();
            opened.clear();
            database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }

    @Test
    void aTransactionThatIsOpenWhileSomebodyLooksIsSeenWithoutAnybodyElsesHelp(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE a (id int PRIMARY KEY)");
        Source source = open(database, true, "log");
        Position start = begin(source);
        try (Connection writer = database.connect();
                Statement statement = writer.createStatement();
                BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO a VALUES (1)");
            Position looked = get(source.origin().now());
            probe.until(seen -> !looked.isAfter(seen.last()));
            writer.commit();
            assertThat(probe.untilChanges(1).changes().get(0).value("id")).isEqualTo("1");
        }
    }

    @Test
    void whoSeesNothingOfTheInstallationIsLoggedAllTheSame(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE a (id int PRIMARY KEY)");
        Source source = open(database, true, "log");
        try (Connection early = database.connect();
                Statement statement = early.createStatement()) {
            early.setAutoCommit(false);
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            statement.execute("SELECT count(*) FROM pg_class");
            Position start = begin(source);
            statement.execute("INSERT INTO a VALUES (1)");
            early.commit();
            try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
                assertThat(probe.untilChanges(1).changes().get(0).value("id")).isEqualTo("1");
            }
        }
    }

    @Test
    void whoSeesATableAsItWasBeforeItWasAlteredIsReadRight(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE a (id int PRIMARY KEY, b text)",
                "CREATE TABLE c (id int PRIMARY KEY, b text)",
                "INSERT INTO a VALUES (1, 'x')");
        Source source = open(database, true, "log");
        Position start = begin(source);
        database.execute("UPDATE a SET b = 'y'");
        try (Connection early = database.connect();
                Statement statement = early.createStatement()) {
            early.setAutoCommit(false);
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            statement.execute("SELECT count(*) FROM pg_class");
            database.execute(
                    "ALTER TABLE a DROP COLUMN b",
                    "ALTER TABLE a ADD COLUMN d int",
                    "ALTER TABLE c ADD COLUMN e numeric",
                    "ALTER TABLE c DROP COLUMN b");
            statement.execute("INSERT INTO a VALUES (2, 7)");
            statement.execute("INSERT INTO c VALUES (3, 1.5)");
            early.commit();
        }
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            List<RecordedChange> changes = probe.untilChanges(3).changes();
            assertThat(changes.get(1).row()).containsOnly(Map.entry("id", "2"), Map.entry("d", "7"));
            assertThat(changes.get(2).row()).containsOnly(Map.entry("id", "3"), Map.entry("e", "1.5"));
        }
    }

    @Test
    void aReadThatNobodyGoesOnWithIsEndedAndTakenUpWhereItWas(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE a (id int PRIMARY KEY, v text)");
        Source source = open(database, true, "log");
        Position start = begin(source);
        database.execute("INSERT INTO a SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 30000) i");
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            probe.untilChanges(10);
            String reading =
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT%' AND state = 'active'"
                            + " AND datname = current_database()";
            assertThat(database.value(reading)).isEqualTo("1");
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!"0".equals(database.value(reading))) {
                assertThat(System.nanoTime()).as("the read is ended").isLessThan(deadline);
                LockSupport.parkNanos(50_000_000);
            }
            List<RecordedChange> changes = probe.untilChanges(30_000).changes();
            for (int i = 0; i < 30_000; i++) {
                assertThat(changes.get(i).value("id")).isEqualTo(Integer.toString(i + 1));
            }
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void aCastOfARowIsNotRunWithTheRightsOfWhoeverInstalledIt(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE a (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                "CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE b (id int PRIMARY KEY)",
                "CREATE FUNCTION other(a_1) RETURNS text LANGUAGE sql AS $$ SELECT '(x)' $$",
                "CREATE FUNCTION other(b) RETURNS text LANGUAGE sql AS $$ SELECT '(x)' $$",
                "CREATE CAST (a_1 AS text) WITH FUNCTION other(a_1)",
                "CREATE CAST (b AS text) WITH FUNCTION other(b)");
        Source source = open(database, true, "log");
        Position start = begin(source);
        database.execute("INSERT INTO a VALUES (1, 'one')", "INSERT INTO b VALUES (2)");
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            List<RecordedChange> changes = probe.untilChanges(2).changes();
            assertThat(changes.get(0).row()).containsEntry("id", "1").containsEntry("v", "one");
            assertThat(changes.get(1).row()).containsEntry("id", "2");
        }
    }

    @Test
    void aTableThatHasBecomeOneOfAnotherKindIsToBeCopiedAnew(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE leaf (id int PRIMARY KEY)",
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE same (id int PRIMARY KEY)");
        Source source = open(database, true, "log");
        begin(source);
        database.execute(
                "CREATE TABLE root (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "ALTER TABLE root ATTACH PARTITION leaf DEFAULT",
                "CREATE TABLE child () INHERITS (parent)");
        Set<Long> touched = get(source.origin().inspect()).unpublished();
        Snapshot snapshot = get(source.origin().later(touched, Set.of(), PATIENCE));
        snapshot.close().block(PATIENCE);
        assertThat(snapshot.tables().stream()
                        .map(table -> table.relation().name())
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("root", "parent", "child");
        assertThat(get(source.origin().inspect()).unpublished()).isEmpty();
        database.execute("INSERT INTO leaf VALUES (1)", "INSERT INTO parent VALUES (1)", "DELETE FROM parent");
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(snapshot.position()), snapshot.position())) {
            assertThat(probe.untilChanges(3).changes())
                    .extracting(RecordedChange::table)
                    .containsExactly("root", "parent", "parent");
        }
    }

    @Test
    void anotherKeyIsTheKeyFromThenOn(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE a (x int NOT NULL, y int NOT NULL, v text, CONSTRAINT k PRIMARY KEY (x))");
        Source source = open(database, true, "log");
        Position start = begin(source);
        database.execute(
                "INSERT INTO a VALUES (1, 1, 'p')",
                "ALTER TABLE a DROP CONSTRAINT k, ADD PRIMARY KEY (y)",
                "INSERT INTO a VALUES (1, 2, 'q')",
                "DELETE FROM a WHERE y = 2",
                "ALTER TABLE a REPLICA IDENTITY FULL",
                "DELETE FROM a");
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            List<RecordedChange> changes = probe.untilChanges(4).changes();
            assertThat(changes.get(2).old()).containsEntry("y", "2").containsEntry("x", null);
            assertThat(changes.get(3).old()).containsEntry("v", "p");
        }
    }

    @Test
    void whatTwoForeignKeysChangeAtOnceComesInItsOrder(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE p (id int PRIMARY KEY)",
                "CREATE TABLE c (id int PRIMARY KEY, own int REFERENCES p ON DELETE CASCADE, alt int REFERENCES p ON DELETE"
                        + " SET NULL)",
                "INSERT INTO p SELECT generate_series(1, 9)",
                "INSERT INTO c VALUES (100, 2, 1), (200, 9, 3)");
        Source source = open(database, true, "log");
        Position start = begin(source);
        database.execute("DELETE FROM p WHERE id IN (1, 2, 3)");
        try (BatchProbe probe = BatchProbe.subscribe(source.changes(start), start)) {
            assertThat(probe.untilChanges(6).changes().stream()
                            .filter(change -> change.table().equals("c") && "100".equals(change.value("id"))
                                    || "100".equals(change.old().get("id")))
                            .map(RecordedChange::operation))
                    .containsExactly(Operation.UPDATE, Operation.DELETE);
        }
    }

    private Source open(TestDatabase database, boolean log, String pipeline) {
        PostgresSourceConfig config =
                Sources.withoutKey(Sources.config(database.url(), "public.*"), PostgresSourceConfig.WithoutKey.SKIP);
        config = Sources.named(config, database.name(), database.name(), false);
        Source source = Sources.open(log ? Sources.withChangelog(config) : config, pipeline);
        opened.add(source);
        return source;
    }

    private static Position begin(Source source) {
        Snapshot snapshot = get(source.origin().snapshot());
        snapshot.close().block(PATIENCE);
        return snapshot.position();
    }

    private static <T> T get(Mono<T> call) {
        return Objects.requireNonNull(call.block(PATIENCE), "completed without a value");
    }
}
