package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class CatalogueTest {
    private Connection connection;

    @BeforeEach
    void connect(TestDatabase database) throws SQLException {
        connection = new Connections(PostgresEndpoint.parse(database.url(), null), "catalogue-test").open();
        execute("CREATE SCHEMA \"Odd \"\"schema\"");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void sessionsPrintValuesTheSameWay() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (var setting : Connections.SESSION_SETTINGS.entrySet()) {
                var result = statement.executeQuery("SHOW " + setting.getKey());
                result.next();
                String value = result.getString(1);
                assertThat(value.equals("\"\"") ? "" : value)
                        .as(setting.getKey())
                        .isEqualTo(setting.getValue());
            }
            var name = statement.executeQuery("SHOW application_name");
            name.next();
            assertThat(name.getString(1)).isEqualTo("catalogue-test");
        }
    }

    @Test
    void typesAreResolvedDownToTheirParts() throws SQLException {
        execute("""
                CREATE SCHEMA shop;
                CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'it''s "great"');
                CREATE DOMAIN shop.amount AS numeric(10, 2) DEFAULT 1.5 NOT NULL CHECK (VALUE > 0);
                CREATE TYPE shop.pair AS (left_one shop.amount, moods shop.mood[]);
                CREATE TABLE shop.t (id int PRIMARY KEY, moods shop.mood[], price shop.amount, pairs shop.pair[],
                  boxes box[], vector int2vector, name varchar(10) NOT NULL);
                """);
        List<Column> columns = only("shop.t").relation().columns();

        DataType.Array moods = (DataType.Array) columns.get(1).type();
        DataType.Enumeration mood = (DataType.Enumeration) moods.element();
        assertThat(mood.labels()).containsExactly("sad", "ok", "it's \"great\"");
        assertThat(mood.schema()).isEqualTo("shop");
        assertThat(moods.delimiter()).isEqualTo(',');
        assertThat(columns.get(1).typeText()).isEqualTo("shop.mood[]");

        DataType.Domain amount = (DataType.Domain) columns.get(2).type();
        assertThat(amount.baseText()).isEqualTo("numeric(10,2)");
        assertThat(amount.base().name()).isEqualTo("numeric");
        assertThat(amount.notNull()).isTrue();
        assertThat(amount.defaultText()).isEqualTo("1.5");
        assertThat(amount.checks()).containsExactly("CHECK ((VALUE > (0)::numeric))");

        DataType.Composite pair =
                (DataType.Composite) ((DataType.Array) columns.get(3).type()).element();
        assertThat(pair.fields()).extracting(DataType.Field::name).containsExactly("left_one", "moods");
        assertThat(pair.fields().get(0).type()).isEqualTo(amount);

        assertThat(((DataType.Array) columns.get(4).type()).delimiter()).isEqualTo(';');
        assertThat(columns.get(5).type()).isInstanceOf(DataType.Base.class);
        assertThat(columns.get(6).typeText()).isEqualTo("character varying(10)");
        assertThat(columns.get(6).notNull()).isTrue();
    }

    @Test
    void columnsSkipWhatIsDroppedOrGenerated() throws SQLException {
        execute("""
                CREATE SCHEMA shop;
                CREATE TABLE shop.t (a int, gone int, twice int GENERATED ALWAYS AS (a * 2) STORED, "Wéird ""col"" x" text,
                  PRIMARY KEY ("Wéird ""col"" x", a));
                ALTER TABLE shop.t DROP COLUMN gone;
                """);
        Table table = only("shop.t");
        assertThat(table.relation().columns()).extracting(Column::name).containsExactly("a", "Wéird \"col\" x");
        assertThat(table.relation().columns()).extracting(Column::index).containsExactly(0, 1);
        assertThat(table.relation().keyColumns()).hasSize(2);
        assertThat(table.hasGeneratedColumns()).isTrue();
        assertThat(table.owner()).isEqualTo("postgres");
        assertThat(table.owned()).isTrue();
    }

    @Test
    void keysFollowTheReplicaIdentity() throws SQLException {
        execute("""
                CREATE SCHEMA shop;
                CREATE TABLE shop.a_default (id int PRIMARY KEY, v text);
                CREATE TABLE shop.b_none (id int, v text);
                CREATE TABLE shop.c_full (id int, v text);
                ALTER TABLE shop.c_full REPLICA IDENTITY FULL;
                CREATE TABLE shop.d_index (id int PRIMARY KEY, v text NOT NULL);
                CREATE UNIQUE INDEX by_v ON shop.d_index (v) INCLUDE (id);
                ALTER TABLE shop.d_index REPLICA IDENTITY USING INDEX by_v;
                CREATE TABLE shop.e_deferred (id int PRIMARY KEY DEFERRABLE, v text);
                CREATE UNLOGGED TABLE shop.f_unlogged (id int PRIMARY KEY);
                ALTER TABLE shop.f_unlogged REPLICA IDENTITY NOTHING;
                """);
        List<Table> tables = tables("shop.*");
        assertThat(tables)
                .extracting(Table::name)
                .containsExactly("a_default", "b_none", "c_full", "d_index", "e_deferred", "f_unlogged");
        assertThat(tables).extracting(Table::hasReplicaIdentity).containsExactly(true, false, true, true, false, false);
        assertThat(tables).extracting(Table::hasPrimaryKey).containsExactly(true, false, false, true, true, true);
        assertThat(tables).extracting(Table::logged).containsExactly(true, true, true, true, true, false);
        assertThat(tables)
                .extracting(Table::identity)
                .containsExactly(
                        ReplicaIdentity.DEFAULT,
                        ReplicaIdentity.DEFAULT,
                        ReplicaIdentity.FULL,
                        ReplicaIdentity.INDEX,
                        ReplicaIdentity.DEFAULT,
                        ReplicaIdentity.NOTHING);
        assertThat(tables.get(3).relation().keyColumns())
                .extracting(Column::name)
                .containsExactly("v");
    }

    @Test
    void aPartitionedTableNeedsTheIdentityOfEveryPartition() throws SQLException {
        execute("""
                CREATE SCHEMA shop;
                CREATE TABLE shop.events (id int, at date) PARTITION BY RANGE (at);
                CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                ALTER TABLE shop.events REPLICA IDENTITY FULL;
                INSERT INTO shop.events SELECT n, '2026-01-02' FROM generate_series(1, 100) n;
                ANALYZE shop.events;
                """);
        List<Table> tables = tables("shop.*");
        assertThat(tables).extracting(Table::hasReplicaIdentity).containsExactly(false, false);
        assertThat(tables.get(0).isPartitioned()).isTrue();
        assertThat(tables.get(1).ancestors()).containsExactly(tables.get(0).oid());
        assertThat(tables.get(0).estimatedRows()).isEqualTo(100);
        var sizes = new TableCatalogue(connection)
                .sizes(tables.stream().map(Table::oid).toList());
        assertThat(sizes.get(tables.get(0).oid()))
                .isEqualTo(sizes.get(tables.get(1).oid()))
                .isPositive();

        execute("ALTER TABLE shop.events_1 REPLICA IDENTITY FULL");
        assertThat(tables("shop.*")).extracting(Table::hasReplicaIdentity).containsExactly(true, true);
    }

    @Test
    void namesAreTakenAsTheyAre() throws SQLException {
        execute("CREATE TABLE \"Odd \"\"schema\".\"sel ect\"\"; --\" (id int PRIMARY KEY)");
        Table table = only("Odd \"schema.*");
        assertThat(table.name()).isEqualTo("sel ect\"; --");
        execute("COMMENT ON TABLE " + table.sqlName() + " IS " + Identifiers.literal("it's \\ fine"));
        assertThat(new TableCatalogue(connection).find("Odd \"schema", "sel ect\"; --"))
                .contains(table);
        assertThat(new TableCatalogue(connection).find(4_000_000_000L)).isEmpty();
    }

    private Table only(String pattern) throws SQLException {
        List<Table> tables = tables(pattern);
        assertThat(tables).hasSize(1);
        return tables.get(0);
    }

    private List<Table> tables(String pattern) throws SQLException {
        return new TableCatalogue(connection).tables(TableSelection.of(List.of(pattern)));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
