package dev.sluice.sink.postgres;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SQL with its parameters, ready to be sent: what a {@link BatchFold} makes of changes and a {@link TargetSession} runs.
 *
 * @param doing what it does, for an error: "cannot (doing)"
 * @param parameters in order; rows go as one {@code String[]} per column. Not to be written to
 */
record Statement(String sql, String doing, List<@Nullable Object> parameters) {
    static Statement of(String sql, String doing, @Nullable Object... parameters) {
        return new Statement(sql, doing, Arrays.asList(parameters));
    }
}
