package dev.sluice.sink.postgres;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * Makes the target ready for a first copy. Looks at everything first and reports all that does not fit; only then, in one
 * transaction, makes what is missing and empties what an unfinished copy of ours had filled.
 */
final class TargetSchema {
    private final TargetSession session;
    private final TableTargets targets;
    private final boolean createTables;

    TargetSchema(TargetSession session, TableTargets targets, boolean createTables) {
        this.session = session;
        this.targets = targets;
        this.createTables = createTables;
    }

    Mono<Void> prepare(List<Relation> tables, Claim claim, Position start, List<CopiedChunk> kept) {
        return Mono.zip(
                        new TargetCatalogue(session).read(tables),
                        copied(claim, tables),
                        new TargetTypes(session).labels(TableDefinition.types(tables)),
                        claim.position().isNone() ? Mono.just(Set.<Long>of()) : targets.known(tables))
                .map(found -> new CopyPlan(
                        session,
                        createTables,
                        tables,
                        found.getT1(),
                        found.getT2(),
                        names(kept, tables),
                        found.getT3(),
                        found.getT4()))
                .flatMap(plan -> rowsThere(plan.foreign()).map(plan::statements))
                .flatMap(ddl -> session.run(transaction(ddl, claim, start, kept)))
                .onErrorMap(
                        StatementFailure.class,
                        failure -> TargetErrors.isFenced(failure) ? claim.fenced() : explained(tables, failure))
                .then(Mono.defer(() -> targets.load(tables, false)));
    }

    /** Since PostgreSQL 15 not everybody may create tables in schema public. */
    private Throwable explained(List<Relation> tables, StatementFailure failure) {
        SyncException error = TargetErrors.classify("prepare the target", failure);
        if (!SqlStates.INSUFFICIENT_PRIVILEGE.equals(TargetErrors.sqlState(failure))) {
            return error;
        }
        String schemas = TableDefinition.schemas(tables, List.of()).stream()
                .map(Identifiers::quote)
                .collect(Collectors.joining(", "));
        return new SyncException(
                ErrorKind.SINK_REFUSED,
                error.getMessage() + "; as an administrator of the target run: GRANT CREATE ON SCHEMA " + schemas
                        + " TO " + Identifiers.quote(session.user()) + "; or create the tables yourself",
                failure);
    }

    private Mono<Set<String>> copied(Claim claim, List<Relation> tables) {
        return session.run(new CopyRecords(claim).all()).map(rows -> names(CopyRecords.chunks(rows), tables));
    }

    /** As the tables are called now: one may have been renamed since. */
    private static Set<String> names(List<CopiedChunk> chunks, List<Relation> tables) {
        Map<Long, String> now = new HashMap<>();
        tables.forEach(table -> now.put(table.oid(), table.displayName()));
        return chunks.stream()
                .map(chunk -> now.getOrDefault(chunk.relation(), chunk.displayName()))
                .collect(Collectors.toSet());
    }

    /** Which of the tables that we have not filled ourselves hold rows. */
    private Mono<Set<String>> rowsThere(List<TargetTable> foreign) {
        List<Statement> queries = foreign.stream()
                .map(table -> Statement.of(
                        "SELECT EXISTS (SELECT FROM " + table.sqlName() + ") AS filled",
                        "look into " + table.displayName()))
                .toList();
        if (queries.isEmpty()) {
            return Mono.just(Set.of());
        }
        return session.run(queries).map(results -> {
            Set<String> filled = new HashSet<>();
            for (int i = 0; i < results.size(); i++) {
                if (only(results.get(i)).getBoolean("filled")) {
                    filled.add(foreign.get(i).displayName());
                }
            }
            return filled;
        });
    }

    private static Row only(RowSet<Row> rows) {
        return rows.iterator().next();
    }

    private static List<Statement> transaction(
            List<Statement> ddl, Claim claim, Position start, List<CopiedChunk> kept) {
        List<Statement> all = new ArrayList<>();
        all.add(Statement.of("BEGIN", "begin a transaction"));
        all.addAll(ddl);
        all.add(new CopyRecords(claim).keep(kept));
        if (claim.position().isNone()) {
            all.add(Statement.of(
                    "DELETE FROM sluice.relation WHERE pipeline = $1::text AND sink = $2::text",
                    "clear sluice.relation",
                    claim.pipeline(),
                    claim.sink()));
            all.add(claim.setState(false, start));
        } else {
            all.add(claim.move(claim.position())); // where it is: only the holder of the claim may go on
        }
        all.add(Statement.of("COMMIT", "commit a transaction"));
        return all;
    }
}
