package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a publication sends: the truth about which tables and columns a pipeline follows. Blocking. */
public final class PublishedTables {
    private static final int FILTERS_SINCE = 15;

    private PublishedTables() {}

    /** The conditions on the rows of some tables that it publishes, by {@link Relation#displayName}. */
    public static Map<String, String> conditions(Connection source, String publication) throws SQLException {
        Map<String, String> conditions = new HashMap<>();
        if (source.getMetaData().getDatabaseMajorVersion() >= FILTERS_SINCE) {
            String query = "SELECT schemaname, tablename, rowfilter FROM pg_publication_tables"
                    + " WHERE pubname = ? AND rowfilter IS NOT NULL";
            try (PreparedStatement statement = source.prepareStatement(query)) {
                statement.setString(1, publication);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        conditions.put(row.getString(1) + "." + row.getString(2), row.getString(3));
                    }
                }
            }
        }
        return conditions;
    }

    /** @return empty when there is no such publication, or nothing in it */
    public static List<Relation> of(Connection source, String publication) throws SQLException {
        boolean columnLists = source.getMetaData().getDatabaseMajorVersion() >= FILTERS_SINCE;
        TableCatalogue catalogue = new TableCatalogue(source);
        List<Relation> relations = new ArrayList<>();
        String query = "SELECT schemaname, tablename, " + (columnLists ? "attnames::text[]" : "NULL::text[]")
                + " FROM pg_publication_tables WHERE pubname = ? ORDER BY 1, 2";
        try (PreparedStatement statement = source.prepareStatement(query)) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Optional<Table> table = catalogue.find(row.getString(1), row.getString(2));
                    Array columns = row.getArray(3);
                    if (table.isPresent()) {
                        Relation whole = table.get().relation();
                        relations.add(columns == null ? whole : narrowed(whole, (String[]) columns.getArray()));
                    }
                }
            }
        }
        return relations;
    }

    private static Relation narrowed(Relation relation, String[] names) {
        Set<String> published = Set.copyOf(Arrays.asList(names));
        List<Column> columns = relation.columns().stream()
                .filter(column -> published.contains(column.name()))
                .toList();
        return relation.withColumns(columns);
    }
}
