package dev.sluice.engine.config;

import dev.sluice.engine.sink.SchemaPolicy;
import java.time.Duration;
import java.util.Map;

/**
 * One pipeline of the configuration.
 *
 * @param source where changes come from
 * @param sinks where they go, by name
 * @param journal the buffer between them
 * @param batch a batch is not made larger than this
 * @param schema what happens in the sinks when a table of the source is altered
 * @param copyTurn how long is copied of what comes later before the stream has its turn again
 * @param drain how long stopping may take to write what was read
 */
public record PipelineConfig(
        SourceSection<?> source,
        @Names Map<String, SinkSection<?>> sinks,
        @Default("{}") Journal journal,
        @Default("2MB") DataSize batch,
        @Default("additive") SchemaPolicy schema,
        @Default("3s") Duration copyTurn,
        @Default("30s") Duration drain) {
    private static final long MAX_BATCH = 256L << 20;

    public PipelineConfig {
        if (copyTurn.toMillis() < 1) {
            throw new IllegalArgumentException("copyTurn: a turn has 1ms or more");
        }
        if (sinks.isEmpty()) {
            throw new IllegalArgumentException("sinks: there is none");
        }
        if (batch.bytes() < 1024 || batch.bytes() > MAX_BATCH) {
            throw new IllegalArgumentException("batch: a batch has 1KB to 256MB");
        }
        if (journal.memory().bytes() < 2 * batch.bytes()) {
            throw new IllegalArgumentException("journal: memory must hold at least two batches");
        }
    }

    /** @param memory how many bytes of batches are held for sinks that are behind; then reading stops */
    public record Journal(@Default("64MB") DataSize memory) {}
}
