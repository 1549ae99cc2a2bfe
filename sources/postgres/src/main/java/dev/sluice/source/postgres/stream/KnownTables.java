package dev.sluice.source.postgres.stream;

import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.postgres.TableColumns;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the catalog said of many wanted tables, asked in one go while the stream was behind. It holds for transactions
 * that had committed by then: whatever altered a table before they wrote to it had committed even earlier. Before a later
 * transaction a table may have been altered once more.
 */
final class KnownTables {
    /** Nothing. */
    static final KnownTables NONE = new KnownTables(new CommittedBefore(0, Set.of()), Map.of());

    private static final int MOST_COLUMNS = 100_000;

    /** From one table on, in the order in which they were made; then from the first. */
    private static final String TABLES = """
            SELECT c.oid, c.relnatts, n.nspname, c.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
            ORDER BY c.oid < ?, c.oid
            """;

    private final CommittedBefore committed;
    private final Map<Long, TableFacts> facts;
    private int found;

    private KnownTables(CommittedBefore committed, Map<Long, TableFacts> facts) {
        this.committed = committed;
        this.facts = facts;
    }

    /** Reads of the wanted tables as many as fit, beginning with the one whose OID is {@code first}. Blocks. */
    static KnownTables read(Connection connection, TableSelection wanted, long first) throws SQLException {
        CommittedBefore committed = committed(connection); // first, so that what is read afterwards is later
        TableCatalogue catalogue = new TableCatalogue(connection);
        Map<Long, TableColumns> columns = catalogue.columns(choose(connection, wanted, first));
        return new KnownTables(committed, TableFacts.of(columns, catalogue.types()));
    }

    private static CommittedBefore committed(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_current_snapshot()::text");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return CommittedBefore.parse(row.getString(1));
        }
    }

    /** By the patterns, not by the publication, to whose list the server takes half a second for 10,000 tables. */
    private static Set<Long> choose(Connection connection, TableSelection wanted, long first) throws SQLException {
        Set<Long> oids = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setLong(1, first);
            try (ResultSet rows = statement.executeQuery()) {
                int columns = 0;
                while (rows.next() && columns < MOST_COLUMNS) {
                    long oid = rows.getLong(1);
                    if (oid == first || wanted.includes(rows.getString(3), rows.getString(4))) {
                        oids.add(oid);
                        columns += rows.getInt(2);
                    }
                }
            }
        }
        return oids;
    }

    /** What is known of the message's table, if that holds for it. */
    @Nullable TableFacts find(RelationMessage message, long xid) {
        TableFacts known = facts.get(message.oid());
        boolean holds = known != null && committed.includes(xid) && known.fits(message);
        if (holds) {
            found++;
        }
        return holds ? known : null;
    }

    int size() {
        return facts.size();
    }

    /** How many tables were read, but not asked for; the server describes each but once unless it is altered. */
    int unused() {
        return Math.max(0, facts.size() - found);
    }
}
