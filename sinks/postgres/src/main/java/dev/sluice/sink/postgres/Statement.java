package dev.sluice.sink.postgres;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SQL with its parameters, ready to be sent: what a {@link BatchFold} makes of changes, and what a {@link TargetSession} or a
 * {@link CopySession} runs.
 *
 * @param doing what it does, for an error: "cannot (doing)"
 * @param parameters in order; rows go as one {@link TextArray} per column. Not to be written to
 * @param rows what follows a COPY; null for everything else
 */
record Statement(
        String sql,
        String doing,
        List<@Nullable Object> parameters,
        @Nullable Rows rows) {
    /** Rows that are written only when they are sent, so that they are never all there at once. */
    interface Rows {
        void writeTo(CopyText.Target target) throws SQLException;
    }

    static Statement of(String sql, String doing, @Nullable Object... parameters) {
        return new Statement(sql, doing, Arrays.asList(parameters), null);
    }
}
