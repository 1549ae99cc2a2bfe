package dev.sluice.sink.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * One connection to the target. Statements given together are sent without waiting for each other's results. Any thread,
 * one call at a time; results arrive on the connection's event loop.
 */
final class TargetSession {
    private static final Logger log = LoggerFactory.getLogger(TargetSession.class);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

    private final Pool pool;
    private final SqlConnection connection;
    private final String user;
    private final boolean triggersSilent;

    /** @param pool holds nothing but this connection; vertx-pg-client sets socket options through a pool only */
    TargetSession(Pool pool, SqlConnection connection, String user, boolean triggersSilent) {
        this.pool = pool;
        this.connection = connection;
        this.user = user;
        this.triggersSilent = triggersSilent;
        // Whatever was under way fails with it; without a handler it would be printed as well.
        connection.exceptionHandler(error -> log.debug("the connection to the target broke", error));
    }

    /** The role that is logged in. */
    String user() {
        return user;
    }

    /** Whether foreign keys and ordinary triggers do not fire in this session. */
    boolean triggersSilent() {
        return triggersSilent;
    }

    /**
     * Sends all, then waits for all. Inside a transaction those after one that fails fail too, without an effect.
     *
     * @return their results in order; fails with {@link StatementFailure} for the first that failed
     */
    Mono<List<RowSet<Row>>> run(List<Statement> statements) {
        return Mono.defer(() -> {
            List<Future<RowSet<Row>>> results = new ArrayList<>(statements.size());
            for (Statement statement : statements) {
                results.add(send(statement));
            }
            return Mono.fromCompletionStage(Future.join(results)
                    .transform(done -> collect(statements, results))
                    .toCompletionStage());
        });
    }

    Mono<RowSet<Row>> run(Statement statement) {
        return run(List.of(statement)).map(results -> results.get(0));
    }

    private Future<RowSet<Row>> send(Statement statement) {
        return statement.parameters().isEmpty()
                ? connection.query(statement.sql()).execute()
                : connection.preparedQuery(statement.sql()).execute(bound(statement.parameters()));
    }

    private static Tuple bound(List<@Nullable Object> parameters) {
        List<@Nullable Object> values = new ArrayList<>(parameters.size());
        for (Object parameter : parameters) {
            values.add(parameter instanceof TextArray array ? array.strings() : parameter);
        }
        return Tuple.wrap(values);
    }

    private static Future<List<RowSet<Row>>> collect(List<Statement> statements, List<Future<RowSet<Row>>> results) {
        List<RowSet<Row>> collected = new ArrayList<>(results.size());
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).failed()) {
                return Future.failedFuture(new StatementFailure(
                        i, statements.get(i), results.get(i).cause()));
            }
            collected.add(results.get(i).result());
        }
        return Future.succeededFuture(collected);
    }

    /**
     * The server rolls back what is not committed. vertx-pg-client says good-bye behind what is under way; where that does
     * not get through, the connection hangs and its socket is closed under it.
     */
    Mono<Void> close() {
        return Mono.defer(() -> {
            CompletionStage<Void> closing =
                    connection.close().transform(closed -> pool.close()).toCompletionStage();
            return Mono.fromCompletionStage(closing)
                    .timeout(CLOSE_PATIENCE, Mono.fromRunnable(this::cut).then(Mono.fromCompletionStage(closing)));
        });
    }

    /** There is no public way to do this (vertx-pg-client 5.0). */
    private void cut() {
        log.warn("the connection to the target hangs and is cut");
        if (connection instanceof SqlConnectionInternal internal
                && internal.unwrap().unwrap() instanceof SocketConnectionBase transport) {
            transport.socket().close();
        }
    }
}
