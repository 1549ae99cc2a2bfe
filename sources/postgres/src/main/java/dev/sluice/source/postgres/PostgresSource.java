package dev.sluice.source.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.origin.PostgresOrigin;
import dev.sluice.source.postgres.stream.StreamSession;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Follows one database through one slot. Any thread.
 */
public final class PostgresSource implements Source {
    private final SourceSettings settings;
    private final Connections connections;
    private final SourceMeters meters;
    private final SourceThreads threads;
    private final Origin origin;
    private final SlotMonitor monitor;
    private final AtomicLong confirmed = new AtomicLong();
    private final OneSubscription<StreamSession> subscription;

    PostgresSource(SourceSettings settings, SourceContext context) {
        this.settings = settings;
        connections = new Connections(settings.endpoint(), settings.pipeline());
        meters = new SourceMeters(context.meters(), settings.pipeline());
        threads = new SourceThreads(settings.pipeline());
        subscription = new OneSubscription<>(threads.reading());
        origin = new PostgresOrigin(settings, connections, threads.asking());
        monitor = new SlotMonitor(settings, connections, meters, subscription::last, threads.monitoring());
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public Flux<ChangeBatch> changes(Position after) {
        return subscription.changes(
                () -> new StreamSession(settings, connections, confirmed, after, threads.feedback(), meters));
    }

    @Override
    public void confirm(Position durable) {
        confirmed.accumulateAndGet(
                durable.lsn(), (known, next) -> Long.compareUnsigned(next, known) > 0 ? next : known);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> subscription.close() ? end() : Mono.empty());
    }

    /** The reader first, then what it told the server, then the threads. */
    private Mono<Void> end() {
        StreamSession last = subscription.last();
        Mono<Void> told = last == null ? Mono.empty() : subscription.freed().then(tell(last));
        return told.doOnTerminate(this::release).doOnCancel(this::release);
    }

    private Mono<Void> tell(StreamSession last) {
        return Mono.<Void>fromRunnable(last::tellLate).subscribeOn(threads.asking());
    }

    private void release() {
        monitor.close();
        meters.close();
        threads.close();
    }
}
