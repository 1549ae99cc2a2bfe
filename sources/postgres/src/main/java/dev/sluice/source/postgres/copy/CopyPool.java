package dev.sluice.source.postgres.copy;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** A fixed number of workers; who asks for one waits its turn. Any thread; only {@link #close} blocks. */
final class CopyPool {
    private final int limit;
    private final Supplier<CopyWorker> maker;
    private final List<CopyWorker> all = new ArrayList<>();
    private final Deque<CopyWorker> idle = new ArrayDeque<>();
    private final Deque<MonoSink<CopyWorker>> waiting = new ArrayDeque<>();

    /** Workers on their way to somebody who may have gone away meanwhile. */
    private final Map<MonoSink<CopyWorker>, CopyWorker> handedOver = new HashMap<>();

    private boolean closed;

    CopyPool(int limit, Supplier<CopyWorker> maker) {
        this.limit = limit;
        this.maker = maker;
    }

    /** A worker, to be given back with {@link #release}. Its subscriber asks for it at once, as {@code flatMap} does. */
    Mono<CopyWorker> acquire() {
        return Mono.create(sink -> {
            sink.onCancel(() -> abandon(sink));
            synchronized (this) {
                waiting.add(sink);
            }
            serve();
        });
    }

    void release(CopyWorker worker) {
        synchronized (this) {
            idle.add(worker);
        }
        serve();
    }

    private void serve() {
        while (true) {
            MonoSink<CopyWorker> next;
            CopyWorker worker;
            synchronized (this) {
                worker = closed || waiting.isEmpty() ? null : idleOrNew();
                if (worker == null && !closed) {
                    return;
                }
                next = waiting.poll();
                if (next == null) {
                    return;
                }
                if (worker != null) {
                    handedOver.put(next, worker);
                }
            }
            if (worker == null) {
                next.error(new IllegalStateException("the snapshot is closed"));
            } else {
                next.success(worker);
                synchronized (this) {
                    handedOver.remove(next);
                }
            }
        }
    }

    private @Nullable CopyWorker idleOrNew() {
        CopyWorker worker = idle.poll();
        if (worker == null && all.size() < limit) {
            worker = maker.get();
            all.add(worker);
        }
        return worker;
    }

    private void abandon(MonoSink<CopyWorker> sink) {
        CopyWorker worker;
        synchronized (this) {
            waiting.remove(sink);
            worker = handedOver.remove(sink);
        }
        if (worker != null) {
            release(worker);
        }
    }

    /** Ends all workers and whoever waits for one. */
    void close() throws SQLException {
        List<CopyWorker> ending;
        synchronized (this) {
            closed = true;
            ending = List.copyOf(all);
        }
        serve();
        for (CopyWorker worker : ending) {
            worker.close();
        }
    }
}
