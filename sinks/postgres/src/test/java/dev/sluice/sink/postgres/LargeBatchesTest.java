package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.get;
import static dev.sluice.sink.postgres.TargetFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.TransactionBatch;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.proxy.FaultProxy;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches so large that they go by COPY, and what becomes of them where they cannot. */
@SharedVertx
@PostgresTest
class LargeBatchesTest {
    private static final int LARGE = 1000;

    private static final Relation T = Batches.relation("public", "t")
            .key("id", "int4")
            .column("name", "text")
            .column("note", "text")
            .build();

    private TargetFixture target;
    private TestDatabase database;

    @BeforeEach
    void target(TestDatabase given, Vertx vertx) {
        database = given;
        target = new TargetFixture(given, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void newRowsGoByCopyWithWhateverIsInThem() throws Exception {
        TransactionalSink sink = target.started(T);
        noteEachStatementOfTable();
        List<@Nullable String> odd = Arrays.asList(
                "",
                "\\N",
                "\\.",
                "a\tb",
                "a\nb",
                "a\r\nb",
                "back\\slash",
                "\\t",
                "\u000b\f\b",
                "ö€😀",
                " ",
                "NULL",
                null);
        TransactionBatch changes = Batches.batch().begin(1, 0x100);
        for (int id = 0; id < LARGE; id++) {
            changes.insert(T, Integer.toString(id), odd.get(id % odd.size()), odd.get((id + 5) % odd.size()));
        }
        write(sink, changes.commit(0x180).build());
        for (int id = 0; id < LARGE; id++) {
            int number = id;
            assertThat(database.rows("SELECT name, note FROM t WHERE id = " + number))
                    .containsExactly(Arrays.asList(odd.get(number % odd.size()), odd.get((number + 5) % odd.size())));
        }
        assertThat(statements()).containsExactly("COPY");
    }

    @Test
    void aRowThatIsThereAlreadyIsOverwrittenAndTheNextBatchesGoByCopyAgain() throws Exception {
        TransactionalSink sink = target.started(T);
        database.execute("INSERT INTO t VALUES (500, 'foreign', 'foreign')");
        noteEachStatementOfTable();
        for (int batch = 0; batch < 4; batch++) {
            write(sink, inserts(batch, batch * LARGE));
        }
        assertThat(database.value("SELECT name FROM t WHERE id = 500")).isEqualTo("row");
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo(Integer.toString(4 * LARGE));
        assertThat(statements()).containsExactly("INSERT", "INSERT", "COPY", "COPY");
    }

    @Test
    void updatesDeletesAndReinsertionsComeOutAsOneByOne() throws Exception {
        TransactionalSink sink = target.started(T);
        write(sink, inserts(0, 0));
        TransactionBatch changes = Batches.batch().begin(2, 0x2000);
        for (int id = 0; id < LARGE; id++) {
            String key = Integer.toString(id);
            String fresh = Integer.toString(LARGE + id);
            switch (id % 5) {
                case 0 -> changes.update(T, key, "updated", Batches.ABSENT);
                case 1 -> changes.update(T, key, "updated", "whole");
                case 2 -> changes.delete(T, key, null, null);
                case 3 -> changes.delete(T, key, null, null).insert(T, key, "again", null);
                default -> changes.insert(T, fresh, "new", "kept").update(T, fresh, "newer", Batches.ABSENT);
            }
        }
        changes.insert(T, "-1", "short", "lived").delete(T, "-1", null, null);
        changes.update(T, "-2", "missing", "row"); // in the source it is there
        write(sink, changes.commit(0x2080).build());
        assertThat(database.rows("SELECT name, note, count(*) FROM t GROUP BY 1, 2 ORDER BY 1, 2"))
                .containsExactly(
                        Arrays.asList("again", null, "200"),
                        List.of("missing", "row", "1"),
                        List.of("newer", "kept", "200"),
                        List.of("row", "note", "200"),
                        List.of("updated", "note", "200"),
                        List.of("updated", "whole", "200"));
    }

    @Test
    void aTruncateAndAnotherTableKeepTheirPlace() throws Exception {
        Relation bag = Batches.relation("public", "bag").column("name", "text").build();
        TransactionalSink sink = target.started(T, bag);
        TransactionBatch changes = Batches.batch().begin(1, 0x100);
        for (int id = 0; id < LARGE; id++) {
            changes.insert(T, Integer.toString(id), "before", null).insert(bag, "bag");
        }
        changes.truncate(T).insert(T, "7", "after", null);
        write(sink, changes.commit(0x180).build());
        assertThat(database.rows("SELECT id, name FROM t")).containsExactly(List.of("7", "after"));
        assertThat(database.value("SELECT count(*) FROM bag")).isEqualTo(Integer.toString(LARGE));
    }

    @Test
    void columnsThatTheTargetComputesOrNumbersAreNoObstacle() throws Exception {
        database.execute("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text,"
                + " note text GENERATED ALWAYS AS (name || '!') STORED, own text DEFAULT 'own')");
        TransactionalSink sink = target.started(T);
        write(sink, inserts(0, 5 * LARGE));
        assertThat(database.rows("SELECT min(id), max(id), min(note), min(own), count(*) FROM t"))
                .containsExactly(List.of("5000", "5999", "row!", "own", "1000"));
    }

    @Test
    void aRefusedRowIsNamedAndTheTransactionsBeforeItStay() throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text CHECK (name <> 'bad'), note text)");
        TransactionalSink sink = target.started(T);
        TransactionBatch changes = Batches.batch();
        for (int transaction = 0; transaction < 4; transaction++) {
            long commit = 0x1000L * (transaction + 1);
            changes.begin(transaction, commit);
            for (int row = 0; row < LARGE; row++) {
                int id = transaction * LARGE + row;
                changes.insert(T, Integer.toString(id), id == 2500 ? "bad" : "good", null);
            }
            changes.commit(commit + 0x80);
        }
        ChangeBatch batch = changes.build();
        SyncException error = catchThrowableOfType(SyncException.class, () -> write(sink, batch));
        assertThat(error.kind()).isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(error).hasMessageContainingAll("public.t", "id=2500", "0/3000:501", "t_name_check");
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("2000");
        assertThat(get(sink.open(TargetFixture.SOURCE))).isEqualTo(new Position(0x2000, LARGE));
    }

    @Test
    void theBeginningOfATransactionIsHeldUntilItsEndHasCome() throws Exception {
        TransactionalSink sink = target.started(T);
        noteEachStatementOfTable();
        TransactionBatch changes = Batches.batch();
        changes.begin(1, 0x100);
        assertThat(write(sink, rows(changes, 0).build())).isEqualTo(TargetFixture.START);
        assertThat(write(sink, rows(changes, 1).build())).isEqualTo(TargetFixture.START);
        rows(changes, 2).commit(0x180).begin(2, 0x200);
        assertThat(write(sink, rows(changes, 3).build())).isEqualTo(Position.boundary(0x180));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("3000");
        assertThat(database.value("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass"))
                .as("nothing is locked meanwhile")
                .isEqualTo("0");
        assertThat(write(sink, changes.commit(0x280).build())).isEqualTo(Position.boundary(0x280));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("4000");
        assertThat(statements()).containsExactly("COPY", "COPY");
    }

    @Test
    void aTransactionThatIsTooLongToHoldIsBegunAndStillSeenWhole() throws Exception {
        TransactionalSink sink = target.started(T);
        TransactionBatch changes = Batches.batch().begin(1, 0x100);
        String note = "n".repeat(1000);
        int parts = 12; // of about a megabyte
        for (int part = 0; part < parts; part++) {
            for (int row = 0; row < LARGE; row++) {
                changes.insert(T, Integer.toString(part * LARGE + row), "row", note);
            }
            assertThat(write(sink, changes.build())).isEqualTo(TargetFixture.START);
        }
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("0");
        assertThat(database.value("SELECT count(*) > 0 FROM pg_locks WHERE relation = 't'::regclass"))
                .isEqualTo("t");
        changes.commit(0x180).begin(2, 0x200);
        for (int row = 0; row < LARGE; row++) {
            changes.insert(T, Integer.toString(parts * LARGE + row), "row", note);
        }
        assertThat(write(sink, changes.build())).isEqualTo(Position.boundary(0x180));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo(Integer.toString(parts * LARGE));
        assertThat(write(sink, changes.commit(0x280).build())).isEqualTo(Position.boundary(0x280));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo(Integer.toString((parts + 1) * LARGE));
    }

    @Test
    void whatWasHeldIsAppliedInOrderWhereTheWholeIsRefused() throws Exception {
        TransactionalSink sink = target.started(T);
        database.execute("INSERT INTO t VALUES (1500, 'foreign', 'foreign')");
        TransactionBatch changes = Batches.batch().begin(1, 0x100);
        write(sink, rows(changes, 0).build());
        write(sink, rows(changes, 1).build());
        changes.commit(0x180).begin(2, 0x200);
        assertThat(write(sink, rows(changes, 2).build())).isEqualTo(Position.boundary(0x180));
        assertThat(database.value("SELECT name FROM t WHERE id = 1500")).isEqualTo("row");
        assertThat(write(sink, rows(changes, 3).commit(0x280).build())).isEqualTo(Position.boundary(0x280));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("4000");
    }

    @Test
    void aZombieIsFenced() throws Exception {
        TransactionalSink first = target.started(T);
        write(first, inserts(0, 0));
        TransactionalSink second = target.newSink();
        get(second.open(TargetFixture.SOURCE));
        SyncException error = catchThrowableOfType(SyncException.class, () -> write(first, inserts(1, LARGE)));
        assertThat(error.kind()).isEqualTo(ErrorKind.FENCED);
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("1000");
        write(second, inserts(1, LARGE));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("2000");
    }

    @Test
    void aTargetThatGivesNoSecondConnectionIsServedByOne() throws Exception {
        assumeTrue(database.version() >= 15, "a role with few rights can silence triggers since 15");
        String role = database.name() + "_role";
        database.execute(
                "CREATE ROLE " + role + " LOGIN CONNECTION LIMIT 1",
                "GRANT SET ON PARAMETER session_replication_role TO " + role,
                "CREATE SCHEMA sluice AUTHORIZATION " + role,
                "CREATE TABLE t (id int PRIMARY KEY, name text, note text)",
                "ALTER TABLE t OWNER TO " + role);
        TransactionalSink sink = target.newSink(database.server().url(role, database.name()));
        try {
            get(sink.open(TargetFixture.SOURCE));
            TargetFixture.await(sink.prepareCopy(List.of(T), TargetFixture.START));
            get(sink.completeCopy(TargetFixture.START));
            write(sink, inserts(0, 0));
            write(sink, inserts(1, LARGE));
            assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("2000");
        } finally {
            target.close();
            database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }

    @Test
    void aConnectionThatIsEndedWhileItCopiesIsMadeAgain() throws Exception {
        TransactionalSink sink = target.started(T);
        write(sink, inserts(0, 0));
        database.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                + " WHERE application_name = 'sluice shop/replica' AND query = 'COMMIT'");
        SyncException error = catchThrowableOfType(SyncException.class, () -> write(sink, inserts(1, LARGE)));
        assertThat(error.kind()).isEqualTo(ErrorKind.SINK_UNAVAILABLE);
        assertThat(get(sink.open(TargetFixture.SOURCE))).isEqualTo(Position.boundary(0x1080));
        write(sink, inserts(1, LARGE));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("2000");
    }

    @Test
    void aWriteThatWaitsForALockCanBeGivenUp() throws Exception {
        TransactionalSink sink = target.started(T);
        write(sink, inserts(0, 0));
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE t");
            assertThatThrownBy(() -> sink.write(inserts(1, LARGE))
                            .timeout(Duration.ofMillis(300))
                            .block())
                    .hasMessageContaining("300");
            TargetFixture.await(sink.close());
        }
        TransactionalSink next = target.newSink();
        assertThat(get(next.open(TargetFixture.SOURCE))).isEqualTo(Position.boundary(0x1080));
        write(next, inserts(1, LARGE));
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("2000");
    }

    @Test
    void aConnectionThatHangsInACopyCanBeGivenUp() {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", database.server().port())) {
            TransactionalSink sink =
                    target.newSink("postgresql://postgres@127.0.0.1:" + proxy.port() + "/" + database.name());
            target.start(sink, T);
            write(sink, inserts(0, 0));
            proxy.stall();
            assertThatThrownBy(() -> sink.write(inserts(1, LARGE))
                            .timeout(Duration.ofMillis(300))
                            .block())
                    .hasMessageContaining("300");
            TargetFixture.await(sink.close());
        }
    }

    private static ChangeBatch inserts(int transaction, int firstId) {
        long commit = 0x1000L * (transaction + 1);
        TransactionBatch changes = Batches.batch().begin(transaction, commit);
        for (int id = firstId; id < firstId + LARGE; id++) {
            changes.insert(T, Integer.toString(id), "row", "note");
        }
        return changes.commit(commit + 0x80).build();
    }

    private static TransactionBatch rows(TransactionBatch changes, int part) {
        for (int row = 0; row < LARGE; row++) {
            changes.insert(T, Integer.toString(part * LARGE + row), "row", "note");
        }
        return changes;
    }

    /** A trigger that fires whatever the session silences notes which command wrote to the table. */
    private void noteEachStatementOfTable() throws Exception {
        database.execute(
                "CREATE TABLE noted (number serial, command text)",
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.noted (command)"
                        + " VALUES (split_part(current_query(), ' ', 1)); RETURN NULL; END $$",
                "CREATE TRIGGER note AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION note()",
                "ALTER TABLE t ENABLE ALWAYS TRIGGER note");
    }

    private List<String> statements() throws Exception {
        List<String> commands = new ArrayList<>();
        database.rows("SELECT command FROM noted ORDER BY number")
                .forEach(row -> commands.add(String.valueOf(row.get(0))));
        return commands;
    }
}
