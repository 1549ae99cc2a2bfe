package dev.sluice.sink.nothing;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.events.DebeziumJson;
import dev.sluice.events.EventBuffer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Counts changes and drops them, after encoding them if told to. Works on the thread that subscribes; never waits. */
public final class NullSink implements Sink {
    private static final int BUFFER_BYTES = 1 << 18;

    private final NullConfig config;
    private final SinkContext context;
    private final EventBuffer buffer = new EventBuffer();
    private @Nullable DebeziumJson json;
    private volatile long changes;
    private volatile long encodedBytes;

    NullSink(NullConfig config, SinkContext context) {
        this.config = config;
        this.context = context;
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return Mono.fromSupplier(() -> {
            if (config.encode() == NullConfig.Encode.JSON) {
                json = new DebeziumJson(context.pipeline(), source.database(), context.clock(), buffer);
            }
            return Position.NONE;
        });
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return Mono.fromSupplier(() -> {
            DebeziumJson encoder = json;
            if (encoder != null) {
                encode(batch, encoder);
            }
            count(batch.size(), 0);
            return batch.last();
        });
    }

    private void encode(ChangeBatch batch, DebeziumJson encoder) {
        long bytes = 0;
        buffer.clear();
        for (int i = 0; i < batch.size(); i++) {
            encoder.write(batch, i);
            if (buffer.size() >= BUFFER_BYTES) {
                bytes += buffer.size();
                buffer.clear();
            }
        }
        count(0, bytes + buffer.size());
    }

    /** Calls do not overlap, so there is one writer; readers are on other threads. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void count(int moreChanges, long moreBytes) {
        changes += moreChanges;
        encodedBytes += moreBytes;
    }

    /** Number of changes written so far. Any thread. */
    public long changes() {
        return changes;
    }

    /** Bytes of their events; 0 unless they are encoded. Any thread. */
    public long encodedBytes() {
        return encodedBytes;
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
