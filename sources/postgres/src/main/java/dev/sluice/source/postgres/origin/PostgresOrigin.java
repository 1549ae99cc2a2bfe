package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.SourceState;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.copy.PostgresSnapshot;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Everything but the stream. Each call connects, works on a thread of {@code scheduler} and disconnects. */
public final class PostgresOrigin implements Origin {
    /** Prefix of our messages in the WAL; says that nobody else need look at them. */
    static final String MESSAGE_PREFIX = "sluice";

    private final SourceSettings settings;
    private final Connections connections;
    private final Scheduler scheduler;
    private final Arrivals arrivals;
    private volatile boolean inspected;

    public PostgresOrigin(SourceSettings settings, Connections connections, Scheduler scheduler) {
        this.settings = settings;
        this.connections = connections;
        this.scheduler = scheduler;
        this.arrivals = new Arrivals(settings, connections, scheduler);
    }

    @Override
    public Mono<SourceState> inspect() {
        return blocking(() -> new Inspection(settings, connections, arrivals).run(inspected))
                .doOnNext(found -> inspected = true);
    }

    @Override
    public Mono<Snapshot> snapshot() {
        return snapshot(SnapshotStart::open);
    }

    @Override
    public Mono<Snapshot> later(Set<Long> missing, Set<Long> begun, Duration patience) {
        return snapshot(start -> start.openLater(missing, begun, patience));
    }

    private Mono<Snapshot> snapshot(Function<SnapshotStart, @Nullable PostgresSnapshot> open) {
        return Mono.defer(() -> {
            SnapshotStart start = new SnapshotStart(settings, connections, scheduler);
            return Mono.<Snapshot>fromCallable(() -> open.apply(start))
                    .doOnDiscard(PostgresSnapshot.class, PostgresSnapshot::closeNow)
                    .onErrorMap(SyncException::from)
                    .subscribeOn(scheduler)
                    .doOnCancel(start::giveUp);
        });
    }

    @Override
    public Flux<String> arrivals() {
        return arrivals.watch();
    }

    @Override
    public Mono<Position> now() {
        return blocking(this::emitMessage);
    }

    /** A commit record follows the message, so the stream passes the position as soon as it gets there. */
    private Position emitMessage() {
        try (PgConnection connection = connections.openForQueries();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT pg_logical_emit_message(true, ?, '')::text")) {
            statement.setString(1, MESSAGE_PREFIX);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return Position.boundary(Position.parseLsn(result.getString(1)));
            }
        } catch (SQLException error) {
            throw SqlStates.source(
                    "write a message into the WAL of " + settings.endpoint().displayName(), error);
        }
    }

    @Override
    public Mono<List<String>> teardown(boolean really) {
        return blocking(() -> {
            try (PgConnection connection = connections.open()) {
                return new Teardown(settings, connection).run(really);
            } catch (SQLException error) {
                throw SqlStates.source("drop slot and publication", error);
            }
        });
    }

    private <T> Mono<T> blocking(Callable<T> work) {
        return Mono.fromCallable(work).onErrorMap(SyncException::from).subscribeOn(scheduler);
    }
}
