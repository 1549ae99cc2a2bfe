package dev.sluice.sink.file;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.ShapeListener;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.events.DebeziumJson;
import dev.sluice.events.EventBuffer;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Writes one event a line. Encoding and writing happen on a thread of its own, because a disk or a pipe may block; that
 * thread alone touches the state.
 */
final class JsonLinesSink implements ShapeListener {
    private static final int CHUNK_BYTES = 1 << 18;

    private final LineTarget target;
    private final SinkContext context;
    private final boolean schemaEvents;
    private final Scheduler worker;
    private final EventBuffer buffer = new EventBuffer();
    private final Mono<Void> closed;
    private @Nullable DebeziumJson json;

    /** @param schemaEvents whether there are events for tables that have another shape */
    JsonLinesSink(LineTarget target, SinkContext context, boolean schemaEvents) {
        this.target = target;
        this.context = context;
        this.schemaEvents = schemaEvents;
        this.worker = Schedulers.newSingle("sluice-lines-" + context.pipeline() + "-" + context.sink(), true);
        // Remembered, because the thread that closes is gone afterwards. It is ended from another thread, so that it is
        // not interrupted while it still says that it is done.
        this.closed = onWorker(this::closeTarget)
                .publishOn(Schedulers.parallel())
                .doOnTerminate(worker::dispose)
                .then()
                .cache();
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return onWorker(() -> {
            target.open();
            json = new DebeziumJson(context.pipeline(), source.database(), context.clock(), buffer);
            return Position.NONE;
        });
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return onWorker(() -> {
            append(batch);
            return batch.last();
        });
    }

    @Override
    public boolean wantsShapes() {
        return schemaEvents;
    }

    @Override
    public Mono<Void> altered(ShapeChange change) {
        return onWorker(() -> {
                    buffer.clear();
                    encoder().write(change);
                    buffer.write('\n');
                    flush();
                    target.sync();
                    return true;
                })
                .then();
    }

    private DebeziumJson encoder() {
        if (json == null) {
            throw new IllegalStateException("write before open");
        }
        return json;
    }

    private void append(ChangeBatch batch) throws IOException {
        DebeziumJson encoder = encoder();
        if (batch.isEmpty()) {
            return;
        }
        buffer.clear();
        for (int i = 0; i < batch.size(); i++) {
            encoder.write(batch, i);
            buffer.write('\n');
            if (buffer.size() >= CHUNK_BYTES) {
                flush();
            }
        }
        flush();
        target.sync();
    }

    private void flush() throws IOException {
        if (buffer.size() > 0) {
            target.append(buffer.bytes(), buffer.size());
            buffer.clear();
        }
    }

    @Override
    public Mono<Void> close() {
        return closed;
    }

    private boolean closeTarget() throws IOException {
        target.close();
        return true;
    }

    private <T> Mono<T> onWorker(Callable<T> work) {
        return Mono.fromCallable(work)
                .onErrorMap(IOException.class, JsonLinesSink::classified)
                .subscribeOn(worker);
    }

    private static SyncException classified(IOException error) {
        ErrorKind kind = error instanceof AccessDeniedException ? ErrorKind.SINK_REFUSED : ErrorKind.SINK_UNAVAILABLE;
        return new SyncException(kind, "cannot write events: " + error, error);
    }
}
