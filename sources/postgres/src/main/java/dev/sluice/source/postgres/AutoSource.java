package dev.sluice.source.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceState;
import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.PostgresSourceConfig.Capture;
import dev.sluice.source.postgres.origin.ConnectionErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code capture: auto}: a slot's source or a change log's, whichever it is when it first looks at the server. Any thread. */
final class AutoSource implements Source, Origin {
    private final SourceSettings settings;
    private final SourceContext context;
    private final SourceThreads threads;
    private volatile @Nullable Chosen chosen;
    private boolean closed;

    AutoSource(SourceSettings settings, SourceContext context) {
        this.settings = settings;
        this.context = context;
        this.threads = new SourceThreads(settings.pipeline());
    }

    private record Chosen(Source source, CaptureChoice choice) {}

    @Override
    public Origin origin() {
        return this;
    }

    private Mono<Chosen> choose() {
        return Mono.fromCallable(this::chooseOnce)
                .onErrorMap(SyncException::from)
                .subscribeOn(threads.asking());
    }

    private synchronized Chosen chooseOnce() {
        Chosen known = chosen;
        if (known != null) {
            return known;
        }
        if (closed) {
            throw new IllegalStateException("the source is closed");
        }
        try (PgConnection connection = new Connections(settings.endpoint(), settings.pipeline()).openForQueries()) {
            CaptureChoice choice = CaptureChoice.of(connection, settings);
            Chosen made = new Chosen(
                    choice.capture() == Capture.SLOT
                            ? new PostgresSource(settings, context)
                            : new ChangelogSource(settings, context),
                    choice);
            chosen = made;
            return made;
        } catch (SQLException error) {
            throw new ConnectionErrors(settings.endpoint()).of(error);
        }
    }

    private Mono<Origin> chosenOrigin() {
        return choose().map(made -> made.source().origin());
    }

    @Override
    public Mono<SourceState> inspect() {
        return choose().flatMap(made -> made.source().origin().inspect().map(state -> told(state, made.choice())));
    }

    private static SourceState told(SourceState state, CaptureChoice choice) {
        List<String> notices = new ArrayList<>();
        notices.add(choice.reason());
        notices.addAll(state.notices());
        return new SourceState(
                state.identity(), state.confirmed(), state.tables(), state.unpublished(), state.copy(), notices);
    }

    @Override
    public Mono<Snapshot> snapshot() {
        return chosenOrigin().flatMap(Origin::snapshot);
    }

    @Override
    public Mono<Snapshot> later(Set<Long> missing, Set<Long> begun, Duration patience) {
        return chosenOrigin().flatMap(origin -> origin.later(missing, begun, patience));
    }

    @Override
    public Flux<String> arrivals() {
        return chosenOrigin().flatMapMany(Origin::arrivals);
    }

    @Override
    public Mono<Position> now() {
        return chosenOrigin().flatMap(Origin::now);
    }

    @Override
    public Mono<List<String>> teardown(boolean really) {
        return chosenOrigin().flatMap(origin -> origin.teardown(really));
    }

    @Override
    public Flux<ChangeBatch> changes(Position after) {
        return choose().flatMapMany(made -> made.source().changes(after));
    }

    @Override
    public void confirm(Position durable) {
        Chosen made = chosen;
        if (made != null) {
            made.source().confirm(durable);
        }
    }

    /** Not on the caller's thread, as somebody may be choosing, which can take as long as to connect. */
    @Override
    public Mono<Void> close() {
        return Mono.fromCallable(this::end)
                .subscribeOn(threads.asking())
                .onErrorResume(RejectedExecutionException.class, closedBefore -> Mono.empty())
                .flatMap(made -> made.source().close())
                .doFinally(end -> threads.close());
    }

    private synchronized @Nullable Chosen end() {
        closed = true;
        return chosen;
    }
}
