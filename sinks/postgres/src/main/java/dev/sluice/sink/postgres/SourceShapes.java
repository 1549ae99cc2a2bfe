package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Relation;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import io.vertx.sqlclient.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** {@code sluice.relation} in the target: the shape of each relation of the source that was last met. */
final class SourceShapes {
    private static final String READ = """
            SELECT relation, table_schema, table_name, highest, columns::text AS columns FROM sluice.relation
            WHERE pipeline = $1::text AND sink = $2::text AND relation = ANY ($3::int8[])
            """;

    private static final String WRITE = """
            INSERT INTO sluice.relation AS r (pipeline, sink, relation, table_schema, table_name, highest, columns, seen_at)
            SELECT c.pipeline, c.sink, w.relation, w.table_schema, w.table_name, w.highest, w.columns::jsonb, clock_timestamp()
            FROM sluice.checkpoint c, unnest($4::int8[], $5::text[], $6::text[], $7::int4[], $8::text[])
              AS w(relation, table_schema, table_name, highest, columns)
            WHERE c.pipeline = $1::text AND c.sink = $2::text AND c.epoch = $3::bigint
            ON CONFLICT (pipeline, sink, relation) DO UPDATE
              SET table_schema = EXCLUDED.table_schema, table_name = EXCLUDED.table_name, highest = EXCLUDED.highest,
                columns = EXCLUDED.columns, seen_at = EXCLUDED.seen_at
            """;

    private final TargetSession session;
    private final Claim claim;

    SourceShapes(TargetSession session, Claim claim) {
        this.session = session;
        this.claim = claim;
    }

    /** Those that are known, by the relation's OID. */
    Mono<Map<Long, SourceShape>> read(Collection<Relation> relations) {
        Long[] oids = relations.stream().map(Relation::oid).distinct().toArray(Long[]::new);
        return session.run(Statement.of(READ, "read sluice.relation", claim.pipeline(), claim.sink(), oids))
                .map(rows -> {
                    Map<Long, SourceShape> shapes = new HashMap<>();
                    for (Row row : rows) {
                        shapes.put(row.getLong("relation"), shape(row));
                    }
                    return shapes;
                });
    }

    private static SourceShape shape(Row row) {
        return new SourceShape(
                row.getLong("relation"),
                row.getString("table_schema"),
                row.getString("table_name"),
                row.getInteger("highest"),
                SourceShape.columnsOf(row.getString("columns")));
    }

    /** Nothing is written by an instance whose claim is no longer valid. */
    Mono<Void> write(List<SourceShape> shapes) {
        if (shapes.isEmpty()) {
            return Mono.empty();
        }
        return session.run(Statement.of(
                        WRITE,
                        "write sluice.relation",
                        claim.pipeline(),
                        claim.sink(),
                        claim.epoch(),
                        shapes.stream().map(SourceShape::oid).toArray(Long[]::new),
                        shapes.stream().map(SourceShape::schema).toArray(String[]::new),
                        shapes.stream().map(SourceShape::name).toArray(String[]::new),
                        shapes.stream().map(SourceShape::highest).toArray(Integer[]::new),
                        shapes.stream().map(SourceShape::columnsAsJson).toArray(String[]::new)))
                .then();
    }
}
