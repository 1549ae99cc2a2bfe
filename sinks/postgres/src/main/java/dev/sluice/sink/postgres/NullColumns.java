package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Where everything is followed, takes NOT NULL from columns for which the source brings a NULL: it allowed that when the row
 * was written, whatever its catalog said when the table was last looked up.
 */
final class NullColumns {
    private static final String NOT_NULL_VIOLATION = "23502";

    private final TableTargets targets;

    NullColumns(TableTargets targets) {
        this.targets = targets;
    }

    /**
     * Outside of a transaction. Completes if NOT NULL is not what the row was refused for; otherwise takes it away and fails
     * with SINK_UNAVAILABLE, so that the row is written again, or with SINK_MISFIT and the statement.
     */
    Mono<Void> mend(RowRefused refused) {
        if (!targets.follows() || !NOT_NULL_VIOLATION.equals(refused.sqlState())) {
            return Mono.empty();
        }
        List<Statement> alterations = alterations(refused);
        return alterations.isEmpty()
                ? Mono.empty()
                : targets.alter(alterations)
                        .then(Mono.error(() -> new SyncException(
                                ErrorKind.SINK_UNAVAILABLE,
                                "the source allows NULL in a column where the target did not; now it does.")));
    }

    private List<Statement> alterations(RowRefused refused) {
        List<Statement> alterations = new ArrayList<>();
        TargetTable target =
                targets.mapping(refused.batch().relation(refused.change())).target();
        TupleCursor cursor = new TupleCursor();
        if (cursor.toRow(refused.batch(), refused.change())) {
            while (cursor.next()) {
                if (cursor.kind() == ValueKind.NULL && !cursor.column().key()) {
                    target.column(cursor.column().name())
                            .filter(TargetColumn::notNull)
                            .ifPresent(column -> alterations.add(SchemaFollower.dropNotNull(target, column)));
                }
            }
        }
        return alterations;
    }
}
