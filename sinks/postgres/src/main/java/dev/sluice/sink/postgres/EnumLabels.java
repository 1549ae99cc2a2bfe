package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import dev.sluice.postgres.Identifiers;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Adds labels to the target's enumerations. The stream does not tell when the source's get one; a row that is refused for it
 * does.
 */
final class EnumLabels {
    private static final String INVALID_TEXT_REPRESENTATION = "22P02";

    private static final String LABELS = """
            SELECT e.enumlabel::text AS label FROM pg_enum e
            JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = $1::text AND t.typname = $2::text ORDER BY e.enumsortorder
            """;

    private final TargetSession session;
    private final TableTargets targets;

    EnumLabels(TargetSession session, TableTargets targets) {
        this.session = session;
        this.targets = targets;
    }

    /** A value of an enumeration, and the target's type that is to hold it. */
    private record Use(DataType.Enumeration source, TargetColumn column, String label) {
        String type() {
            return Identifiers.qualified(column.baseSchema(), column.baseName());
        }
    }

    /**
     * Outside of a transaction. Completes if labels are not what the row was refused for; otherwise adds them and fails with
     * SINK_UNAVAILABLE, so that it is written again, or with SINK_MISFIT and the statement.
     */
    Mono<Void> mend(RowRefused refused) {
        if (!INVALID_TEXT_REPRESENTATION.equals(refused.sqlState())) {
            return Mono.empty();
        }
        return Flux.fromIterable(uses(refused.batch(), refused.change()))
                .concatMap(use -> present(use).map(present -> additions(use, present)))
                .concatMapIterable(additions -> additions)
                .collectList()
                .flatMap(
                        additions -> additions.isEmpty()
                                ? Mono.empty()
                                : targets.alter(additions)
                                        .then(
                                                Mono.error(
                                                        () -> new SyncException(
                                                                ErrorKind.SINK_UNAVAILABLE,
                                                                "labels that the source has added to an enumeration were added in the target."))));
    }

    private List<Use> uses(ChangeBatch batch, int change) {
        List<Use> uses = new ArrayList<>();
        TargetTable target = targets.mapping(batch.relation(change)).target();
        TupleCursor cursor = new TupleCursor();
        if (cursor.toRow(batch, change)) {
            while (cursor.next()) {
                if (cursor.kind() == ValueKind.TEXT && cursor.column().type() instanceof DataType.Enumeration source) {
                    String label = cursor.text();
                    target.column(cursor.column().name()).ifPresent(column -> uses.add(new Use(source, column, label)));
                }
            }
        }
        return uses;
    }

    /** In their order; none if the type is no enumeration. */
    private Mono<List<String>> present(Use use) {
        return session.run(Statement.of(
                        LABELS,
                        "read the labels of " + use.type(),
                        use.column().baseSchema(),
                        use.column().baseName()))
                .map(rows -> {
                    List<String> labels = new ArrayList<>();
                    for (Row row : rows) {
                        labels.add(row.getString("label"));
                    }
                    return labels;
                });
    }

    /** Where the source's order is known, all that are missing, each in its place; else the one, at the end. */
    private static List<Statement> additions(Use use, List<String> present) {
        if (present.isEmpty() || present.contains(use.label())) {
            return List.of();
        }
        List<String> known = use.source().labels();
        if (!known.contains(use.label())) {
            return List.of(add(use, use.label(), ""));
        }
        List<Statement> additions = new ArrayList<>();
        String before = null;
        for (String label : known) {
            if (!present.contains(label)) {
                additions.add(add(
                        use,
                        label,
                        before == null
                                ? " BEFORE " + Identifiers.literal(present.get(0))
                                : " AFTER " + Identifiers.literal(before)));
            }
            before = label;
        }
        return additions;
    }

    private static Statement add(Use use, String label, String where) {
        return Statement.of(
                "ALTER TYPE " + use.type() + " ADD VALUE IF NOT EXISTS " + Identifiers.literal(label) + where + ";",
                "add label " + label + " to " + use.type());
    }
}
