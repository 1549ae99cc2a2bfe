package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.SourceState;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.copy.PostgresSnapshot;
import dev.sluice.source.postgres.origin.ConnectionErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Everything but the stream. Each call connects, works on a thread of {@code scheduler} and disconnects. */
public final class ChangelogOrigin implements Origin {
    /** Where there is no tick yet: what is committed now is in the snapshot that the stream will begin with. */
    private static final Position BEFORE_ANY = Position.boundary(1);

    private final SourceSettings settings;
    private final Connections connections;
    private final Scheduler scheduler;
    private final LogArrivals arrivals;

    public ChangelogOrigin(SourceSettings settings, Connections connections, Scheduler scheduler) {
        this.settings = settings;
        this.connections = connections;
        this.scheduler = scheduler;
        this.arrivals = new LogArrivals(settings, connections, scheduler);
    }

    @Override
    public Mono<SourceState> inspect() {
        return blocking(() -> {
            try (PgConnection connection = connections.openForQueries()) {
                arrivals.remember(connection);
                return new ChangelogInspection(settings, connection).run();
            } catch (SQLException error) {
                throw new ConnectionErrors(settings.endpoint()).of(error);
            }
        });
    }

    @Override
    public Mono<Snapshot> snapshot() {
        return snapshot(ChangelogStart::open);
    }

    @Override
    public Mono<Snapshot> later(Set<Long> missing, Set<Long> begun, Duration patience) {
        return snapshot(start -> start.openLater(missing, begun, patience));
    }

    private Mono<Snapshot> snapshot(Function<ChangelogStart, @Nullable PostgresSnapshot> open) {
        return Mono.defer(() -> {
            AtomicBoolean givenUp = new AtomicBoolean();
            return Mono.<Snapshot>fromCallable(() -> {
                        PostgresSnapshot opened = open.apply(new ChangelogStart(settings, connections, scheduler));
                        if (opened != null && givenUp.get()) {
                            opened.closeNow();
                            return null;
                        }
                        return opened;
                    })
                    .doOnDiscard(PostgresSnapshot.class, PostgresSnapshot::closeNow)
                    .onErrorMap(SyncException::from)
                    .subscribeOn(scheduler)
                    .doOnCancel(() -> givenUp.set(true));
        });
    }

    @Override
    public Flux<String> arrivals() {
        return arrivals.watch();
    }

    @Override
    public Mono<Position> now() {
        return blocking(() -> {
            try (PgConnection connection = connections.openForQueries()) {
                Tick tick = Installation.read(connection) == null ? null : Tick.next(connection, 0, true);
                return tick == null ? BEFORE_ANY : Position.boundary(tick.position());
            } catch (SQLException error) {
                throw SqlStates.source("record a tick in " + settings.endpoint().displayName(), error);
            }
        });
    }

    @Override
    public Mono<List<String>> teardown(boolean really) {
        return blocking(() -> {
            try (PgConnection connection = connections.open()) {
                return new Installer(settings, connection).teardown(really);
            } catch (SQLException error) {
                throw SqlStates.source("drop the change log", error);
            }
        });
    }

    private <T> Mono<T> blocking(Callable<T> work) {
        return Mono.fromCallable(work).onErrorMap(SyncException::from).subscribeOn(scheduler);
    }
}
