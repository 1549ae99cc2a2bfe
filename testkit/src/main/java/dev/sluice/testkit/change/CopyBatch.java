package dev.sluice.testkit.change;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows of one table's first copy. */
public final class CopyBatch {
    private final CopyBatchBuilder builder;

    CopyBatch(Relation relation, Position snapshot) {
        builder = new CopyBatchBuilder(relation, snapshot, Integer.MAX_VALUE);
    }

    public CopyBatch row(@Nullable String... values) {
        String line = Arrays.stream(values).map(CopyBatch::field).collect(Collectors.joining("\t", "", "\n"));
        builder.add(line.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public ChangeBatch build() {
        return builder.build();
    }

    /** PostgreSQL's manual, COPY, "Text Format". */
    private static String field(@Nullable String value) {
        if (value == null) {
            return "\\N";
        }
        return value.replace("\\", "\\\\")
                .replace("\b", "\\b")
                .replace("\f", "\\f")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replace("\u000B", "\\v");
    }
}
