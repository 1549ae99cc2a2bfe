package dev.sluice.source.postgres.stream;

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
 * What the catalog said of many published tables, asked in one go while the stream was behind. It holds for transactions
 * that had committed by then: whatever altered a table before they wrote to it had committed even earlier. Before a later
 * transaction a table may have been altered once more.
 */
final class KnownTables {
    /** Nothing. */
    static final KnownTables NONE = new KnownTables(new CommittedBefore(0, Set.of()), Map.of());

    private static final int MOST_COLUMNS = 100_000;

    /** The published tables from one on, in the order in which they were made, as many as fit; then from the first. */
    private static final String PUBLISHED = """
            SELECT oid FROM (
              SELECT c.oid, sum(c.relnatts) OVER (ORDER BY c.oid < ?, c.oid) AS columns
              FROM pg_get_publication_tables(?) p JOIN pg_class c ON c.oid = p.relid
            ) AS published WHERE columns <= ?
            """;

    private final CommittedBefore committed;
    private final Map<Long, TableFacts> facts;

    private KnownTables(CommittedBefore committed, Map<Long, TableFacts> facts) {
        this.committed = committed;
        this.facts = facts;
    }

    /** Reads what there is, beginning with table {@code first}. Blocks. */
    static KnownTables read(Connection connection, String publication, long first) throws SQLException {
        CommittedBefore committed = committed(connection); // first, so that what is read afterwards is later
        TableCatalogue catalogue = new TableCatalogue(connection);
        Map<Long, TableColumns> columns = catalogue.columns(published(connection, publication, first));
        return new KnownTables(committed, TableFacts.of(columns, catalogue.types()));
    }

    private static CommittedBefore committed(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_current_snapshot()::text");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return CommittedBefore.parse(row.getString(1));
        }
    }

    private static Set<Long> published(Connection connection, String publication, long first) throws SQLException {
        Set<Long> oids = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
            statement.setLong(1, first);
            statement.setString(2, publication);
            statement.setLong(3, MOST_COLUMNS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    oids.add(rows.getLong(1));
                }
            }
        }
        return oids;
    }

    /** What is known of the message's table, if that holds for it. */
    @Nullable TableFacts find(RelationMessage message, long xid) {
        TableFacts found = facts.get(message.oid());
        return found != null && committed.includes(xid) && found.fits(message) ? found : null;
    }

    int size() {
        return facts.size();
    }
}
