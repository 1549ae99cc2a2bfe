package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a target calls the columns of the source's tables: where the source has renamed one, the target may keep the name.
 * By the table's OID, then by the column's number, as the sink recorded them in {@code sluice.relation}.
 */
record TargetNames(Map<Long, Map<Integer, String>> names) {
    static final TargetNames AS_IN_THE_SOURCE = new TargetNames(Map.of());

    private static final String QUERY =
            "SELECT relation, columns::text FROM sluice.relation WHERE pipeline = ? AND sink = ?";

    /** Blocks. */
    static TargetNames read(Connection target, String pipeline, String sink) throws SQLException {
        Map<Long, Map<Integer, String>> names = new HashMap<>();
        if (!isThere(target)) {
            return AS_IN_THE_SOURCE;
        }
        try (PreparedStatement statement = target.prepareStatement(QUERY)) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    names.put(row.getLong(1), columns(new JsonArray(row.getString(2))));
                }
            }
        }
        return new TargetNames(names);
    }

    private static boolean isThere(Connection target) throws SQLException {
        try (PreparedStatement statement =
                        target.prepareStatement("SELECT to_regclass('sluice.relation') IS NOT NULL");
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static Map<Integer, String> columns(JsonArray columns) {
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            JsonObject column = columns.getJsonObject(i);
            names.put(column.getInteger("number"), column.getString("name"));
        }
        names.remove(0); // those whose number was not known
        return names;
    }

    /**
     * The relation with the names that its columns have in the target.
     *
     * @param there the names of the target's columns: somebody may have renamed them since
     */
    Relation of(Relation relation, Set<String> there) {
        Map<Integer, String> known = names.getOrDefault(relation.oid(), Map.of());
        return relation.withColumnsNamed(column -> name(column, known, there));
    }

    private static String name(Column column, Map<Integer, String> known, Set<String> there) {
        String name = known.getOrDefault(column.number(), column.name());
        return there.contains(name) ? name : column.name();
    }
}
