package dev.sluice.source.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.changelog.ChangelogOrigin;
import dev.sluice.source.postgres.changelog.ChangelogSession;
import dev.sluice.source.postgres.changelog.LogKeeper;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Follows one database through its change log. Any thread. */
final class ChangelogSource implements Source {
    private final SourceSettings settings;
    private final Connections connections;
    private final SourceMeters meters;
    private final SourceThreads threads;
    private final Origin origin;
    private final LogKeeper keeper;
    private final AtomicLong confirmed = new AtomicLong();
    private final OneSubscription<ChangelogSession> subscription;

    ChangelogSource(SourceSettings settings, SourceContext context) {
        this.settings = settings;
        connections = new Connections(settings.endpoint(), settings.pipeline());
        meters = new SourceMeters(context.meters(), settings.pipeline());
        threads = new SourceThreads(settings.pipeline());
        subscription = new OneSubscription<>(threads.reading());
        origin = new ChangelogOrigin(settings, connections, threads.asking());
        keeper = new LogKeeper(
                settings,
                connections,
                confirmed,
                (bytes, limit) -> meters.slot(bytes, 0, Math.max(0, limit - bytes)),
                threads.monitoring());
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public Flux<ChangeBatch> changes(Position after) {
        return subscription.changes(
                () -> new ChangelogSession(settings, connections, after, threads.feedback(), meters));
    }

    @Override
    public void confirm(Position durable) {
        confirmed.accumulateAndGet(durable.lsn(), Math::max);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> subscription.close() ? end() : Mono.empty());
    }

    /** The reader first, then what is told to the server, then the threads. */
    private Mono<Void> end() {
        Mono<Void> told = Mono.<Void>fromRunnable(() -> {
                    keeper.tell();
                    keeper.close();
                })
                .subscribeOn(threads.asking());
        return subscription.freed().then(told).doOnTerminate(this::release).doOnCancel(this::release);
    }

    private void release() {
        meters.close();
        threads.close();
    }
}
