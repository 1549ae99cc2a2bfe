package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceState;
import dev.sluice.source.postgres.PostgresSourceConfig.WithoutKey;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.BatchProbe;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InspectionTest extends SourceTest {
    private static final String ITEMS = "CREATE TABLE items (id int PRIMARY KEY, name text)";

    @Test
    void itFindsTheStreamItsTablesAndHowFarItWasConfirmed(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE audit_log (id int PRIMARY KEY)", "CREATE UNLOGGED TABLE fast (id int)");
        Source source = open(database, "public.*", "!public.audit_*", "shop.*");
        SourceState fresh = get(source.origin().inspect());
        assertThat(fresh.confirmed()).isNull();
        assertThat(fresh.tables()).extracting(Relation::displayName).containsExactly("public.items");
        assertThat(fresh.notices()).anyMatch(n -> n.contains("shop.*")).anyMatch(n -> n.contains("unlogged"));
        assertThat(fresh.identity().database()).isEqualTo(database.name());
        assertThat(fresh.identity().slot()).isEqualTo("sluice_" + database.name());
        assertThat(fresh.identity().systemIdentifier())
                .isEqualTo(database.value("SELECT system_identifier FROM pg_control_system()"));

        Position start = begin(source);
        database.execute("CREATE TABLE later (id int PRIMARY KEY)", "CREATE TABLE keyless (id int)");
        SourceState begun = get(source.origin().inspect());
        assertThat(begun.confirmed()).isEqualTo(start);
        assertThat(begun.tables())
                .extracting(Relation::displayName)
                .containsExactlyInAnyOrder("public.items", "public.later");
        assertThat(begun.notices())
                .anyMatch(
                        n -> n.startsWith("public.keyless is not published, so it is not followed: it has no replica"));
        assertThat(begun.identity().isSameStream(fresh.identity())).isTrue();
    }

    @Test
    void noTableThatMatchesIsAConfigurationProblem(TestDatabase database) {
        SyncException error = failure(open(database, "shop.*").origin().inspect());
        assertThat(error.kind()).isEqualTo(ErrorKind.CONFIGURATION);
        assertThat(error).hasMessageContaining("shop.*");
    }

    @Test
    void tablesWithoutKeyAreNamedWithTheStatement(TestDatabase database) throws Exception {
        database.execute(
                ITEMS,
                "CREATE TABLE keyless (v text)",
                "CREATE TABLE \"odd \"\"one\" (id int PRIMARY KEY)",
                "ALTER TABLE \"odd \"\"one\" REPLICA IDENTITY NOTHING");
        SyncException error = failure(open(database, "public.*").origin().inspect());
        assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(error.problems()).hasSize(2);
        assertThat(error.problems().get(0).what()).contains("public.keyless");
        assertThat(error.problems().get(0).remedy())
                .contains("ALTER TABLE \"public\".\"keyless\" REPLICA IDENTITY FULL");
        assertThat(error.problems().get(1).remedy())
                .contains("ALTER TABLE \"public\".\"odd \"\"one\" REPLICA IDENTITY DEFAULT");
        assertThat(failure(open(database, "public.*").origin().snapshot()).kind())
                .isEqualTo(ErrorKind.SOURCE_REFUSED);

        Source skipping =
                open(Sources.withoutKey(Sources.config(database.url(), "public.*"), WithoutKey.SKIP), database.name());
        SourceState state = get(skipping.origin().inspect());
        assertThat(state.tables()).extracting(Relation::name).containsExactly("items");
        assertThat(state.notices()).anyMatch(notice -> notice.contains("public.keyless"));
        begin(skipping);
        assertThat(database.rows("SELECT tablename FROM pg_publication_tables")).isEqualTo(List.of(List.of("items")));
    }

    @Test
    void tablesWithoutKeyArePublishedForTheirInsertsIfTheUserSaysSo(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE keyless (v text)");
        Source source = open(
                Sources.withoutKey(Sources.config(database.url(), "public.*"), WithoutKey.INSERTS), database.name());

        SourceState state = get(source.origin().inspect());

        assertThat(state.tables()).extracting(Relation::name).containsExactly("items", "keyless");
        assertThat(state.notices()).anyMatch(notice -> notice.contains("public.keyless has no replica identity"));
        begin(source);
        assertThat(database.rows("SELECT tablename FROM pg_publication_tables ORDER BY 1"))
                .isEqualTo(List.of(List.of("items"), List.of("keyless")));
    }

    @Test
    void everythingThatARoleLacksIsToldAtOnce(TestDatabase database) throws Exception {
        String role = "poor_" + Integer.toHexString(database.name().hashCode());
        database.execute(
                ITEMS,
                "CREATE TABLE keyless (v text)",
                "CREATE TABLE guarded (id int PRIMARY KEY)",
                "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
                "CREATE ROLE " + role + " LOGIN",
                "GRANT SELECT ON guarded TO " + role);
        try {
            Source source =
                    open(Sources.config(database.server().url(role, database.name()), "public.*"), database.name());
            SyncException error = failure(source.origin().inspect());
            assertThat(error.problems())
                    .extracting(Problem::remedy)
                    .satisfiesExactlyInAnyOrder(
                            remedy -> assertThat(remedy).contains("ALTER ROLE \"" + role + "\" REPLICATION"),
                            remedy -> assertThat(remedy)
                                    .contains("GRANT SELECT ON \"public\".\"items\" TO \"" + role + "\""),
                            remedy -> assertThat(remedy)
                                    .contains("ALTER TABLE \"public\".\"keyless\" REPLICA IDENTITY FULL"),
                            remedy -> assertThat(remedy).contains("ALTER ROLE \"" + role + "\" BYPASSRLS"),
                            remedy -> assertThat(remedy)
                                    .contains("CREATE PUBLICATION \"sluice_" + database.name() + "\""));
            database.execute("DROP TABLE keyless", "DROP TABLE guarded", "ALTER ROLE " + role + " REPLICATION");
            database.execute("GRANT SELECT ON items TO " + role);
            String create = failure(source.origin().inspect()).problems().get(0).remedy();
            database.execute(create.substring(create.indexOf("CREATE PUBLICATION"), create.indexOf(';')));
            assertThat(get(source.origin().inspect()).tables()).hasSize(1);
            begin(source);
        } finally {
            closeSources();
            database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }

    @Test
    void aPublicationOfTablesThatNobodyNamedIsRefused(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE keyless (a int)");
        Source source = open(
                Sources.withoutKey(
                        Sources.named(Sources.config(database.url(), "public.*"), database.name(), "p", false),
                        WithoutKey.SKIP),
                database.name());
        for (String what : List.of("FOR ALL TABLES", "FOR TABLES IN SCHEMA public", "FOR TABLE items, keyless")) {
            if (what.contains("IN SCHEMA") && database.version() < 15) {
                continue;
            }
            database.execute("CREATE PUBLICATION p " + what);
            SyncException error = failure(source.origin().inspect());
            assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(error).hasMessageContaining("publication p");
            database.execute("DROP PUBLICATION p");
        }
    }

    @Test
    void aTableThatWasRenamedAwayIsNotForgottenAtTheNextStart(TestDatabase database) throws Exception {
        database.execute(ITEMS, "CREATE TABLE more (id int PRIMARY KEY)");
        Source source = open(database, "public.items", "public.more");
        begin(source);
        database.execute("ALTER TABLE more RENAME TO less");
        SyncException error = failure(source.origin().inspect());
        assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(error).hasMessageContaining("public.less");
        database.execute("ALTER PUBLICATION \"sluice_" + database.name() + "\" DROP TABLE less");
        assertThat(get(source.origin().inspect()).tables()).hasSize(1);
    }

    @Test
    void aPublicationThatIsTooNarrowIsRefusedAndOneThatIsTooShortIsExtended(TestDatabase database) throws Exception {
        assumeTrue(database.version() >= 15, "row filters came with 15");
        database.execute(
                ITEMS, "CREATE TABLE more (id int PRIMARY KEY)", "CREATE PUBLICATION p FOR TABLE items WHERE (id > 5)");
        Source source =
                open(Sources.named(Sources.config(database.url(), "public.*"), database.name(), "p", false), "narrow");
        SyncException error = failure(source.origin().inspect());
        assertThat(error).hasMessageContaining("the rows (id > 5) of public.items");
        database.execute("DROP PUBLICATION p", "CREATE PUBLICATION p FOR TABLE items WITH (publish = 'insert')");
        get(source.origin().inspect());
        begin(source);
        assertThat(database.value("SELECT count(*) FROM pg_publication_tables WHERE pubname = 'p'"))
                .isEqualTo("2");
        assertThat(database.value("SELECT pubdelete AND pubtruncate AND pubviaroot FROM pg_publication"))
                .isEqualTo("t");
    }

    @Test
    void aSlotThatIsInUseIsNamedWithItsProcess(TestDatabase database) throws Exception {
        database.execute(ITEMS);
        Source source = open(database, "public.*");
        Position start = begin(source);
        Source second = open(database, "public.*");
        try (BatchProbe probe = subscribe(source, start)) {
            insertNumbers(database, 1, 1);
            probe.untilChanges(1);
            String pid =
                    database.value("SELECT active_pid FROM pg_replication_slots WHERE database = current_database()");
            for (var call : List.of(
                    second.origin().inspect(),
                    second.origin().teardown(true),
                    second.origin().snapshot())) {
                SyncException error = failure(call);
                assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
                assertThat(error).hasMessageContaining("in use by process " + pid);
            }
        }
    }

    @Test
    void aSlotOfSomebodyElseIsLeftAlone(TestDatabase database) throws Exception {
        database.execute(
                ITEMS, "SELECT pg_create_logical_replication_slot('" + database.name() + "', 'test_decoding')");
        Source source = open(
                Sources.named(Sources.config(database.url(), "public.*"), database.name(), database.name(), false),
                "other");
        assertThat(failure(source.origin().inspect()).kind()).isEqualTo(ErrorKind.STATE_MISMATCH);
        assertThat(failure(source.origin().snapshot()).kind()).isEqualTo(ErrorKind.STATE_MISMATCH);
        assertThat(get(source.origin().teardown(true))).isEmpty();
        assertThat(database.value(
                        "SELECT plugin FROM pg_replication_slots WHERE slot_name = '" + database.name() + "'"))
                .isEqualTo("test_decoding");
    }

    @Test
    void aConnectionThatIsRefusedSaysWhatMendsIt(TestDatabase database) {
        String url = database.server().url("nobody_here", database.name());
        SyncException role =
                failure(open(Sources.config(url, "public.*"), "r").origin().inspect());
        assertThat(role.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(role.problems().get(0).remedy()).contains("CREATE ROLE \"nobody_here\"");
        String missing = database.server().url("no_such_database");
        SyncException unknown =
                failure(open(Sources.config(missing, "public.*"), "d").origin().inspect());
        assertThat(unknown.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(unknown.problems().get(0).remedy()).contains("CREATE DATABASE \"no_such_database\"");
    }

    @Test
    void whatTheServerLacksIsToldWithTheSetting() throws SQLException {
        try (PostgresServer poor = PostgresServer.start(
                Map.of("wal_level", "replica", "max_replication_slots", "1", "max_wal_senders", "0"))) {
            poor.execute("postgres", ITEMS, "SELECT pg_create_physical_replication_slot('taken')");
            SyncException error = failure(open(Sources.config(poor.url("postgres"), "public.*"), "poor")
                    .origin()
                    .inspect());
            assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(error.problems())
                    .extracting(Problem::remedy)
                    .satisfiesExactlyInAnyOrder(
                            remedy -> assertThat(remedy).contains("SET wal_level = logical"),
                            remedy -> assertThat(remedy).contains("max_replication_slots"),
                            remedy -> assertThat(remedy).contains("max_wal_senders"));
            closeSources();
        }
    }

    @Test
    void passwordsAreNeverShown() throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            server.execute("postgres", ITEMS, "CREATE ROLE app LOGIN REPLICATION PASSWORD 'right'");
            server.hba("host all,replication app 127.0.0.1/32 scram-sha-256");
            String url = server.url("app:s3cret!", "postgres");
            Source source = open(Sources.config(url, "public.*"), "secret");
            SyncException error = failure(source.origin().inspect());
            assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(error.problems().get(0).remedy()).contains("ALTER ROLE \"app\" PASSWORD");
            for (Throwable at = error; at != null; at = at.getCause()) {
                assertThat(at.toString()).doesNotContain("s3cret");
            }
            closeSources();
        }
    }
}
