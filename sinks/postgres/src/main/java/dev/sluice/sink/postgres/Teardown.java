package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;

/** Removes what one sink keeps in schema {@code sluice}, and the schema with its last row. Never touches tables of rows. */
final class Teardown {
    private static final String EXISTS = "SELECT to_regclass('sluice.checkpoint') IS NOT NULL"
            + " AND to_regclass('sluice.copied') IS NOT NULL AS there,"
            + " to_regclass('sluice.relation') IS NOT NULL AS with_relations";

    private static final String FOUND = """
            SELECT c.system_identifier, c.timeline, c.database, c.slot,
              format('checkpoint of %s/%s at %s (%s) in sluice.checkpoint', c.pipeline, c.sink, c.lsn, c.state) AS checkpoint,
              (SELECT count(*) FROM sluice.copied o WHERE o.pipeline = c.pipeline AND o.sink = c.sink) AS copied,
              NOT EXISTS (SELECT FROM sluice.checkpoint o WHERE (o.pipeline, o.sink) <> (c.pipeline, c.sink)) AS last
            FROM sluice.checkpoint c WHERE c.pipeline = $1::text AND c.sink = $2::text
            """;

    private final TargetSession session;
    private final String pipeline;
    private final String sink;

    Teardown(TargetSession session, String pipeline, String sink) {
        this.session = session;
        this.pipeline = pipeline;
        this.sink = sink;
    }

    /** @return one line for each thing that is, or would be, removed */
    Mono<List<String>> run(SourceIdentity source, boolean really) {
        return session.run(Statement.of(EXISTS, "look for schema sluice"))
                .map(rows -> rows.iterator().next())
                .filter(row -> row.getBoolean("there"))
                .flatMap(row -> remove(row.getBoolean("with_relations"), source, really))
                .defaultIfEmpty(List.of())
                .onErrorMap(error -> TargetErrors.classify("tear down sink " + sink, error));
    }

    /** @param withRelations false in a target that only earlier versions have written to */
    private Mono<List<String>> remove(boolean withRelations, SourceIdentity source, boolean really) {
        List<String> tables = new ArrayList<>(List.of("sluice.checkpoint", "sluice.copied"));
        if (withRelations) {
            tables.add("sluice.relation");
        }
        return session.run(Statement.of(FOUND, "read sluice.checkpoint", pipeline, sink))
                .filter(rows -> rows.size() > 0)
                .flatMap(rows -> remove(rows.iterator().next(), tables, source, really));
    }

    private Mono<List<String>> remove(Row row, List<String> tables, SourceIdentity source, boolean really) {
        SourceIdentity owner = new SourceIdentity(
                row.getString("system_identifier"),
                row.getInteger("timeline"),
                row.getString("database"),
                row.getString("slot"));
        if (!owner.isSameStream(source)) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "the " + row.getString("checkpoint") + " belongs to " + owner + ", not to " + source
                            + "; it is left alone");
        }
        List<String> lines = new ArrayList<>();
        List<Statement> statements = new ArrayList<>();
        statements.add(Statement.of("BEGIN", "begin a transaction"));
        for (String table : tables) {
            statements.add(Statement.of(
                    "DELETE FROM " + table + " WHERE pipeline = $1::text AND sink = $2::text",
                    "delete from " + table,
                    pipeline,
                    sink));
        }
        lines.add(row.getString("checkpoint"));
        lines.add(row.getLong("copied") + " rows of " + pipeline + "/" + sink + " in sluice.copied");
        if (row.getBoolean("last")) {
            lines.add("schema sluice, which holds nothing else");
            // Without CASCADE: if somebody keeps something of their own there, it stays.
            statements.add(Statement.of("DROP TABLE " + String.join(", ", tables), "drop the tables of sluice"));
            statements.add(Statement.of("DROP SCHEMA sluice", "drop schema sluice"));
        }
        statements.add(Statement.of("COMMIT", "commit a transaction"));
        return really ? session.run(statements).thenReturn(lines) : Mono.just(lines);
    }
}
