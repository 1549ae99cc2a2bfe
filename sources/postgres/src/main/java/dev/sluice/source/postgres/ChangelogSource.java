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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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
    private final AtomicReference<@Nullable ChangelogSession> session = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    ChangelogSource(SourceSettings settings, SourceContext context) {
        this.settings = settings;
        connections = new Connections(settings.endpoint(), settings.pipeline());
        meters = new SourceMeters(context.meters(), settings.pipeline());
        threads = new SourceThreads(settings.pipeline());
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
        return Flux.defer(() -> {
            ChangelogSession opening = begin(after);
            return Flux.<ChangeBatch, ChangelogSession>generate(
                            opening::open, ChangelogSession::emit, ChangelogSession::free)
                    .subscribeOn(threads.reading())
                    .doOnCancel(opening::stop); // out here, where it is heard while the session opens
        });
    }

    private ChangelogSession begin(Position after) {
        ChangelogSession opening = new ChangelogSession(settings, connections, after, threads.feedback(), meters);
        ChangelogSession before = session.get();
        boolean free = before == null || before.isStopped();
        if (closed.get() || !free || !session.compareAndSet(before, opening)) {
            throw new IllegalStateException(
                    closed.get() ? "the source is closed" : "the stream has a subscriber already");
        }
        return opening;
    }

    @Override
    public void confirm(Position durable) {
        confirmed.accumulateAndGet(durable.lsn(), Math::max);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> closed.compareAndSet(false, true) ? end() : Mono.empty());
    }

    /** The reader first, then what is told to the server, then the threads. */
    private Mono<Void> end() {
        ChangelogSession last = session.get();
        Mono<Void> freed = last == null
                ? Mono.empty()
                : Mono.defer(() -> {
                    last.free();
                    return Mono.fromFuture(last.freed());
                });
        Mono<Void> told = Mono.<Void>fromRunnable(() -> {
                    keeper.tell();
                    keeper.close();
                })
                .subscribeOn(threads.asking());
        return freed.then(told).doOnTerminate(this::release).doOnCancel(this::release);
    }

    private void release() {
        meters.close();
        threads.close();
    }
}
