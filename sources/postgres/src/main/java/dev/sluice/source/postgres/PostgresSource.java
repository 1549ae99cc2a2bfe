package dev.sluice.source.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.origin.PostgresOrigin;
import dev.sluice.source.postgres.stream.StreamSession;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Follows one database through one slot. Any thread.
 *
 * <p>Its threads: one reads the stream; one sends status messages while there is no demand, and frees what was cancelled; a
 * few, as needed, do everything that asks the server something.
 */
public final class PostgresSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresSource.class);
    private static final int ORIGIN_THREADS = 4;
    private static final Duration ENDING = Duration.ofSeconds(10);

    private final SourceSettings settings;
    private final Connections connections;
    private final SourceMeters meters;
    private final Scheduler reading;
    private final Scheduler asking;
    private final ScheduledExecutorService timer;
    private final Origin origin;
    private final SlotMonitor monitor;
    private final AtomicLong confirmed = new AtomicLong();
    private final AtomicReference<@Nullable StreamSession> session = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    PostgresSource(SourceSettings settings, SourceContext context) {
        this.settings = settings;
        String name = "sluice-" + settings.pipeline() + "-source";
        connections = new Connections(settings.endpoint(), settings.pipeline());
        meters = new SourceMeters(context.meters(), settings.pipeline());
        reading = Schedulers.newSingle(name + "-reader", true);
        asking = Schedulers.newBoundedElastic(ORIGIN_THREADS, Integer.MAX_VALUE, name, 10, true);
        timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, name + "-feedback");
            thread.setDaemon(true);
            return thread;
        });
        origin = new PostgresOrigin(settings, connections, asking);
        monitor = new SlotMonitor(settings, connections, meters, asking);
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public Flux<ChangeBatch> changes(Position after) {
        return Flux.defer(() -> {
            StreamSession opening = begin(after);
            return Flux.<ChangeBatch, StreamSession>generate(opening::open, StreamSession::emit, StreamSession::free)
                    .doOnCancel(opening::stop)
                    .subscribeOn(reading);
        });
    }

    private StreamSession begin(Position after) {
        StreamSession opening = new StreamSession(settings, connections, confirmed, after, timer, meters);
        StreamSession before = session.get();
        boolean free = before == null || before.isStopped();
        if (closed.get() || !free || !session.compareAndSet(before, opening)) {
            throw new IllegalStateException(
                    closed.get() ? "the source is closed" : "the stream has a subscriber already");
        }
        return opening;
    }

    @Override
    public void confirm(Position durable) {
        confirmed.accumulateAndGet(
                durable.lsn(), (known, next) -> Long.compareUnsigned(next, known) > 0 ? next : known);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> closed.compareAndSet(false, true) ? end() : Mono.empty());
    }

    /** The reader first, then what it told the server, then the threads. */
    private Mono<Void> end() {
        StreamSession last = session.get();
        Mono<Void> told =
                last == null ? Mono.empty() : Mono.fromFuture(end(last)).then(tell(last));
        return told.then(Mono.<Void>fromRunnable(this::release))
                .then(Mono.when(reading.disposeGracefully(), asking.disposeGracefully()))
                .timeout(ENDING)
                .onErrorResume(this::endedLate);
    }

    private static CompletableFuture<Void> end(StreamSession last) {
        last.free();
        return last.freed();
    }

    private Mono<Void> endedLate(Throwable error) {
        LOG.warn("{}: the source did not end in good order", settings.pipeline(), error);
        return Mono.fromRunnable(() -> {
            reading.dispose();
            asking.dispose();
            timer.shutdownNow();
        });
    }

    private Mono<Void> tell(StreamSession last) {
        return Mono.<Void>fromRunnable(last::tellLate).subscribeOn(asking);
    }

    private void release() {
        monitor.close();
        meters.close();
        timer.shutdown();
    }
}
