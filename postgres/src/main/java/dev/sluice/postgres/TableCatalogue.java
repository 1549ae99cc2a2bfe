package dev.sluice.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Earlier;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.engine.route.TableSelection.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tables as the catalog has them now, a few round trips for any number of them. System tables, temporary ones and those of
 * our own schema ({@code sluice}) are never among them, nor are views and foreign tables. For one thread; blocking; the
 * connection is one of {@link Connections}.
 */
public final class TableCatalogue {
    /** Where a sink keeps its position in a target, which may be another pipeline's source. */
    public static final String OWN_SCHEMA = "sluice";

    private static final String NAMES = """
            SELECT c.oid, n.nspname, c.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
              AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'sluice')
              AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
            ORDER BY n.nspname, c.relname
            """;

    /** The members of a table: itself, or the partitions that hold its rows. All of them need a replica identity. */
    private static final String TABLES = """
            WITH identity AS (
              SELECT c.oid, c.relreplident = 'f' OR EXISTS (
                SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
                  AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END) AS present
              FROM pg_class c
            )
            SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence <> 'u' AS logged, c.relreplident,
              own.present AND coalesce(m.identity, true) AS has_identity,
              EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS has_primary_key,
              EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attgenerated <> '') AS has_generated,
              pg_get_userbyid(c.relowner) AS owner, pg_has_role(c.relowner, 'USAGE') AS owned,
              has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
              row_security_active(c.oid) AS row_security,
              (SELECT array_agg(a.relid::int8) FROM pg_partition_ancestors(c.oid) a WHERE a.relid <> c.oid) AS ancestors,
              m.row_count
            FROM unnest(?::oid[]) AS wanted(oid)
            JOIN pg_class c ON c.oid = wanted.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN identity own ON own.oid = c.oid
            LEFT JOIN LATERAL (
              SELECT bool_and(i.present) AS identity, CASE WHEN bool_and(r.reltuples < 0) THEN -1 ELSE sum(greatest(r.reltuples, 0))::int8 END AS row_count
              FROM (SELECT c.oid WHERE c.relkind = 'r' UNION ALL
                SELECT t.relid FROM pg_partition_tree(c.oid) t WHERE c.relkind = 'p' AND t.isleaf) AS member(oid)
              JOIN pg_class r ON r.oid = member.oid
              JOIN identity i ON i.oid = member.oid
            ) m ON true
            ORDER BY n.nspname, c.relname
            """;

    /**
     * What rows have in a column that was added after them is in {@code attmissingval}, as long as the table is not
     * rewritten, which fills it in. Without one it is NULL, unless the column has a default: the rows may have got theirs when
     * they were rewritten (a volatile default, or later), and a table that never was still has the file that it began with.
     */
    private static final String COLUMNS = """
            SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.atttypmod,
              format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', coalesce(a.attnum = ANY (c.key), false),
              a.attnotnull,
              CASE
                WHEN c.relkind = 'p' THEN partitions.known
                WHEN a.atthasmissing THEN y.typdelim = ','
                WHEN a.atthasdef OR a.attidentity <> '' OR y.typdefault IS NOT NULL THEN c.first_file
                ELSE true
              END,
              CASE c.relkind WHEN 'p' THEN partitions.value ELSE (a.attmissingval::text::text[])[1] END,
              CASE WHEN a.atthasdef AND a.attgenerated = '' THEN (
                SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum) END
            FROM (
              SELECT c.oid, c.relkind, c.relfilenode = c.oid AS first_file, (
                SELECT i.indkey[0:i.indnkeyatts - 1]::int2[] FROM pg_index i
                WHERE i.indrelid = c.oid AND i.indisvalid
                  AND CASE WHEN c.relreplident = 'i' THEN i.indisreplident ELSE i.indisprimary END) AS key
              FROM pg_class c WHERE c.oid = ANY (?::oid[])
              OFFSET 0 -- for each table once, not for each of its columns
            ) AS c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid
            LEFT JOIN LATERAL (
              SELECT (min(p.attmissingval::text)::text[])[1] AS value,
                CASE
                  WHEN bool_or(p.atthasmissing) THEN y.typdelim = ',' AND count(DISTINCT p.attmissingval::text) = 1
                  WHEN a.atthasdef OR a.attidentity <> '' OR y.typdefault IS NOT NULL THEN bool_and(f.relfilenode = f.oid)
                  ELSE true
                END AS known
              FROM pg_partition_tree(c.oid) t
              JOIN pg_class f ON f.oid = t.relid
              JOIN pg_attribute p ON p.attrelid = f.oid AND p.attname = a.attname
              WHERE t.isleaf
              HAVING c.relkind = 'p' -- which is looked at first
            ) AS partitions ON true
            WHERE a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum
            """;

    private static final String SIZES = """
            SELECT c.oid, coalesce(sum(pg_table_size(m.oid)), 0)::int8
            FROM pg_class c, LATERAL (
              SELECT c.oid WHERE c.relkind = 'r' UNION ALL
              SELECT t.relid FROM pg_partition_tree(c.oid) t WHERE c.relkind = 'p' AND t.isleaf) AS m(oid)
            WHERE c.oid = ANY (?::oid[])
            GROUP BY c.oid
            """;

    /** What makes up a key is told by its default, as the server prints it. */
    private static final String KEYS = """
            SELECT i.indrelid, array_agg(a.attname::text ORDER BY k.place),
              min(CASE
                WHEN i.indnkeyatts > 1 THEN 'NOT'
                WHEN a.attidentity <> '' THEN 'IDENTITY'
                WHEN pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' THEN 'SEQUENCE'
                WHEN pg_get_expr(d.adbin, d.adrelid) ~ '(^|\\.)(gen_random_uuid|uuidv[47]|uuid_generate_v[1-5][a-z]*)\\(' THEN 'UUID'
                ELSE 'NOT'
              END)
            FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE i.indrelid = ANY (?::oid[]) AND i.indisprimary AND k.place <= i.indnkeyatts
            GROUP BY i.indrelid
            """;

    private static final String GENERATED =
            "SELECT attname FROM pg_attribute WHERE attrelid = ANY (?::oid[]) AND attgenerated <> ''";

    private final Connection connection;
    private final TypeCatalogue types;

    public TableCatalogue(Connection connection) {
        this.connection = connection;
        this.types = new TypeCatalogue(connection);
    }

    /** The selected tables by schema and name. Partitions and their parent are each there if the selection has both. */
    public List<Table> tables(TableSelection selection) throws SQLException {
        return tables(names(selection).keySet());
    }

    /** The table of this name, whatever its schema, if there is one and it is one that could be selected. */
    public Optional<Table> find(String schema, String name) throws SQLException {
        QualifiedName wanted = new QualifiedName(schema, name);
        for (Map.Entry<Long, QualifiedName> entry : names().entrySet()) {
            if (entry.getValue().equals(wanted)) {
                return find(entry.getKey());
            }
        }
        return Optional.empty();
    }

    /** The table of this OID, unless it is gone. */
    public Optional<Table> find(long oid) throws SQLException {
        return tables(List.of(oid)).stream().findFirst();
    }

    /** The selected tables, by OID, in the order of their names. */
    public Map<Long, QualifiedName> names(TableSelection selection) throws SQLException {
        Map<Long, QualifiedName> names = names();
        names.values().removeIf(name -> !selection.includes(name.schema(), name.name()));
        return names;
    }

    /** All tables that could be selected, by OID, in the order of their names. */
    public Map<Long, QualifiedName> names() throws SQLException {
        Map<Long, QualifiedName> names = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(NAMES)) {
            while (results.next()) {
                names.put(results.getLong(1), new QualifiedName(results.getString(2), results.getString(3)));
            }
        }
        return names;
    }

    /**
     * What tables take on disk, TOAST and partitions included, in bytes. Waits for whoever alters one of them, which nothing
     * else here does.
     */
    public Map<Long, Long> sizes(Collection<Long> oids) throws SQLException {
        Map<Long, Long> sizes = new HashMap<>();
        try (PreparedStatement statement = prepare(SIZES, oids);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                sizes.put(results.getLong(1), results.getLong(2));
            }
        }
        return sizes;
    }

    /** The columns of one table; none if the table is gone. */
    public TableColumns columns(long oid) throws SQLException {
        return columns(List.of(oid)).getOrDefault(oid, TableColumns.NONE);
    }

    /** Those of the tables that have one, by OID. */
    public Map<Long, PrimaryKey> primaryKeys(Collection<Long> oids) throws SQLException {
        Map<Long, PrimaryKey> keys = new HashMap<>();
        try (PreparedStatement statement = prepare(KEYS, oids);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                List<String> columns = List.of((String[]) results.getArray(2).getArray());
                keys.put(
                        results.getLong(1),
                        new PrimaryKey(columns, PrimaryKey.Generated.valueOf(results.getString(3))));
            }
        }
        return keys;
    }

    /** The names of one table's generated columns. */
    public Set<String> generatedColumns(long oid) throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement statement = prepare(GENERATED, List.of(oid));
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                names.add(results.getString(1));
            }
        }
        return names;
    }

    /** The types that were met, with all that they are made of. */
    public TypeCatalogue types() {
        return types;
    }

    /** Those of these OIDs that are not gone, by schema and name. */
    public List<Table> tables(Collection<Long> oids) throws SQLException {
        if (oids.isEmpty()) {
            return List.of();
        }
        Map<Long, TableColumns> columns = columns(oids);
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement statement = prepare(TABLES, oids);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                tables.add(table(results, columns.getOrDefault(results.getLong("oid"), TableColumns.NONE)));
            }
        }
        return tables;
    }

    private static Table table(ResultSet results, TableColumns columns) throws SQLException {
        Relation relation = new Relation(
                results.getLong("oid"),
                results.getString("nspname"),
                results.getString("relname"),
                ReplicaIdentity.of(results.getString("relreplident").charAt(0)),
                columns.plain(),
                columns.highest());
        Array ancestors = results.getArray("ancestors");
        return new Table(
                relation,
                results.getString("relkind").equals("p") ? Table.Kind.PARTITIONED : Table.Kind.ORDINARY,
                results.getBoolean("logged"),
                results.getBoolean("has_identity"),
                results.getBoolean("has_primary_key"),
                results.getBoolean("has_generated"),
                results.getString("owner"),
                results.getBoolean("owned"),
                results.getBoolean("readable"),
                results.getBoolean("row_security"),
                ancestors == null ? List.of() : List.of((Long[]) ancestors.getArray()),
                results.getLong("row_count"));
    }

    /** The columns of many tables by OID; those that are gone, or have none, are missing. */
    public Map<Long, TableColumns> columns(Collection<Long> oids) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement statement = prepare(COLUMNS, oids);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                rows.add(Row.read(results));
            }
        }
        types.load(rows.stream().map(Row::type).toList());
        Map<Long, List<Column>> plain = new HashMap<>();
        Map<Long, Integer> highestGenerated = new HashMap<>();
        for (Row row : rows) {
            List<Column> columns = plain.computeIfAbsent(row.table, table -> new ArrayList<>());
            if (row.generated) {
                highestGenerated.put(row.table, row.number); // in ascending order
            } else {
                columns.add(row.toColumn(types.get(row.type), columns.size()));
            }
        }
        Map<Long, TableColumns> byTable = new HashMap<>();
        plain.forEach((table, columns) ->
                byTable.put(table, new TableColumns(columns, highestGenerated.getOrDefault(table, 0))));
        return byTable;
    }

    private PreparedStatement prepare(String query, Collection<Long> oids) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query);
        try {
            statement.setArray(1, connection.createArrayOf("int8", oids.toArray()));
            return statement;
        } catch (SQLException error) {
            statement.close();
            throw error;
        }
    }

    /** One row of the column query; its type is looked up later, together with all others. */
    private record Row(
            long table,
            String name,
            int number,
            long type,
            int modifier,
            String typeText,
            boolean generated,
            boolean key,
            boolean notNull,
            Earlier earlier,
            @Nullable String defaultText) {
        /** By number, as to look each column up by its name took half of the time for the 400,000 of 10,000 tables. */
        static Row read(ResultSet results) throws SQLException {
            @Nullable String typeText = results.getString(6);
            return new Row(
                    results.getLong(1),
                    results.getString(2),
                    results.getInt(3),
                    results.getLong(4),
                    results.getInt(5),
                    typeText == null ? "" : typeText,
                    results.getBoolean(7),
                    results.getBoolean(8),
                    results.getBoolean(9),
                    results.getBoolean(10) ? Earlier.of(results.getString(11)) : Earlier.UNKNOWN,
                    results.getString(12));
        }

        Column toColumn(DataType dataType, int index) {
            return new Column(name, dataType, modifier, typeText, key, notNull, index, number, earlier, defaultText);
        }
    }
}
