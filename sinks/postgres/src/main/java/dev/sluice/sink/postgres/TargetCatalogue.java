package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/**
 * Reads tables as the target's catalog has them, any number in one round trip. Takes no locks, so it may run beside an open
 * transaction. Reads through the vertx-pg-client session rather than with the blocking catalogue of module {@code postgres}
 * because it also runs between batches.
 */
final class TargetCatalogue {
    private static final String QUERY = """
            SELECT w.schema_name, w.table_name,
              json_build_object(
                'kind', c.relkind,
                'columns', (
                  SELECT coalesce(json_agg(json_build_object(
                    'name', a.attname, 'number', a.attnum, 'typeSchema', tn.nspname, 'typeName', t.typname,
                    'typeText', format_type(a.atttypid, a.atttypmod),
                    'baseSchema', b.schema, 'baseName', b.name, 'modifier', b.modifier,
                    'baseText', format_type(b.oid, b.modifier),
                    'notNull', a.attnotnull,
                    'hasDefault', a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
                    'generated', a.attgenerated <> '', 'identityAlways', a.attidentity = 'a') ORDER BY a.attnum), '[]')
                  FROM pg_attribute a
                  JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
                  CROSS JOIN LATERAL (
                    WITH RECURSIVE layer(type, modifier) AS (
                      SELECT a.atttypid, a.atttypmod
                      UNION ALL
                      SELECT d.typbasetype, d.typtypmod FROM layer l JOIN pg_type d ON d.oid = l.type WHERE d.typtype = 'd'
                    )
                    SELECT bt.oid, bn.nspname AS schema, bt.typname AS name, l.modifier
                    FROM layer l JOIN pg_type bt ON bt.oid = l.type JOIN pg_namespace bn ON bn.oid = bt.typnamespace
                    WHERE bt.typtype <> 'd'
                  ) b
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                'uniqueIndexes', (
                  SELECT coalesce(json_agg(json_build_object('columns', k.columns, 'operators', k.operators)
                    ORDER BY i.indisprimary DESC, i.indexrelid), '[]')
                  FROM pg_index i
                  CROSS JOIN LATERAL (
                    SELECT json_agg(a.attname ORDER BY key.n) AS columns,
                      json_agg(format('OPERATOR(%I.%s)', opn.nspname, o.oprname) ORDER BY key.n) AS operators
                    FROM unnest(i.indkey::int2[], i.indclass::oid[]) WITH ORDINALITY AS key(attnum, class, n)
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.attnum
                    JOIN pg_opclass oc ON oc.oid = key.class
                    JOIN pg_amop am ON am.amopfamily = oc.opcfamily AND am.amopstrategy = 3
                      AND am.amoplefttype = oc.opcintype AND am.amoprighttype = oc.opcintype
                    JOIN pg_operator o ON o.oid = am.amopopr
                    JOIN pg_namespace opn ON opn.oid = o.oprnamespace
                    WHERE key.n <= i.indnkeyatts
                  ) k
                  WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                    AND i.indpred IS NULL AND i.indexprs IS NULL AND k.columns IS NOT NULL),
                'foreignKeys', (
                  SELECT coalesce(json_agg(DISTINCT f.conname), '[]') FROM pg_constraint f
                  WHERE f.contype = 'f' AND c.oid IN (f.conrelid, f.confrelid)),
                'triggers', (
                  SELECT coalesce(json_agg(g.tgname ORDER BY g.tgname), '[]') FROM pg_trigger g
                  WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')),
                'referencedBy', (
                  SELECT coalesce(json_agg(DISTINCT rn.nspname || '.' || r.relname), '[]')
                  FROM pg_constraint f JOIN pg_class r ON r.oid = f.conrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
                  LEFT JOIN pg_constraint fp ON fp.oid = f.conparentid
                  -- Not what a partition has of its parent's foreign key, but a key to the root points at each partition.
                  WHERE f.contype = 'f' AND f.confrelid = c.oid AND f.conrelid <> c.oid
                    AND fp.confrelid IS DISTINCT FROM f.confrelid),
                'missingPrivileges', (
                  SELECT coalesce(json_agg(p), '[]')
                  FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
                  WHERE NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, p)))
              )::text AS shape
            FROM unnest($1::text[], $2::text[]) AS w(schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = w.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """;

    private final TargetSession session;

    TargetCatalogue(TargetSession session) {
        this.session = session;
    }

    /** The tables that are there, under the relations' names and under the names that they had before. */
    Mono<Map<String, TargetTable>> read(Collection<Relation> wanted, Collection<SourceShape> before) {
        List<Relation> all = new ArrayList<>(wanted);
        before.stream()
                .filter(shape -> wanted.stream()
                        .noneMatch(relation -> relation.displayName().equals(shape.displayName())))
                .map(shape -> new Relation(
                        shape.oid(), shape.schema(), shape.name(), ReplicaIdentity.NOTHING, List.of(), shape.highest()))
                .forEach(all::add);
        return read(all);
    }

    /** The tables that are there, by {@link Relation#displayName}. */
    Mono<Map<String, TargetTable>> read(Collection<Relation> wanted) {
        if (wanted.isEmpty()) {
            return Mono.just(Map.of());
        }
        Statement query = Statement.of(
                QUERY,
                "read the target's catalog",
                wanted.stream().map(Relation::schema).toArray(String[]::new),
                wanted.stream().map(Relation::name).toArray(String[]::new));
        return session.run(query).map(rows -> {
            Map<String, TargetTable> tables = new HashMap<>();
            for (Row row : rows) {
                TargetTable table = table(row);
                tables.put(table.displayName(), table);
            }
            return tables;
        });
    }

    private static TargetTable table(Row row) {
        JsonObject shape = new JsonObject(row.getString("shape"));
        return new TargetTable(
                row.getString("schema_name"),
                row.getString("table_name"),
                shape.getString("kind").charAt(0),
                objects(shape, "columns", TargetCatalogue::column),
                objects(
                        shape,
                        "uniqueIndexes",
                        index -> new UniqueIndex(texts(index, "columns"), texts(index, "operators"))),
                texts(shape, "foreignKeys"),
                texts(shape, "triggers"),
                texts(shape, "referencedBy"),
                texts(shape, "missingPrivileges"));
    }

    private static TargetColumn column(JsonObject column) {
        return new TargetColumn(
                column.getString("name"),
                column.getInteger("number"),
                column.getString("baseSchema"),
                column.getString("baseName"),
                column.getInteger("modifier"),
                column.getString("baseText"),
                column.getString("typeSchema"),
                column.getString("typeName"),
                column.getString("typeText"),
                column.getBoolean("notNull"),
                column.getBoolean("hasDefault"),
                column.getBoolean("generated"),
                column.getBoolean("identityAlways"));
    }

    private static <T> List<T> objects(JsonObject from, String key, Function<JsonObject, T> mapping) {
        JsonArray array = from.getJsonArray(key);
        return IntStream.range(0, array.size())
                .mapToObj(array::getJsonObject)
                .map(mapping)
                .toList();
    }

    private static List<String> texts(JsonObject from, String key) {
        JsonArray array = from.getJsonArray(key);
        return IntStream.range(0, array.size()).mapToObj(array::getString).toList();
    }
}
