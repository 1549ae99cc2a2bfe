package dev.sluice.sink.postgres;

import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.SqlStates;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Opens sessions with one target, in the surrounding program's Vert.x or else in one of its own, which is made when it is
 * first needed. Any thread.
 */
final class TargetConnector {
    private static final Logger log = LoggerFactory.getLogger(TargetConnector.class);

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final long POOL_CLOSE_MILLIS = 500;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    /** With these the server notices a client that has died without a word. They do nothing for us if the server dies. */
    private static final String KEEPALIVE =
            "SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10;" + " SET tcp_keepalives_count = 6";

    /** What is reported as durable must be: a target that does not wait for its disk by default does here. */
    private static final String SYNCHRONOUS =
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private static final String SILENCE_TRIGGERS = "SET session_replication_role = replica";

    private final PostgresEndpoint endpoint;
    private final String applicationName;
    private final @Nullable Vertx shared;
    private @Nullable Vertx own;

    TargetConnector(PostgresEndpoint endpoint, String applicationName, SinkContext context) {
        this.endpoint = endpoint;
        this.applicationName = applicationName;
        this.shared = context.shared(Vertx.class).orElse(null);
    }

    /** For the blocking driver, which alone can COPY. */
    Connections blocking() {
        return new Connections(endpoint, applicationName);
    }

    PostgresEndpoint endpoint() {
        return endpoint;
    }

    /** What a session needs beside {@link Connections#SESSION_SETTINGS}. */
    private static String sessionSettings(int serverVersion) {
        return SYNCHRONOUS + ";" + KEEPALIVE + (serverVersion >= 17 ? ";SET transaction_timeout = 0" : "");
    }

    /** Gives a connection of the blocking driver the settings that a {@link TargetSession} has. */
    static void configure(PgConnection connection, boolean triggersSilent) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sessionSettings(connection.getMetaData().getDatabaseMajorVersion()));
            if (triggersSilent) {
                statement.execute(SILENCE_TRIGGERS);
            }
        }
    }

    Mono<TargetSession> connect() {
        return Mono.defer(() -> Mono.fromCompletionStage(open().toCompletionStage()))
                .onErrorMap(error -> TargetErrors.classify("connect to " + endpoint.displayName(), error));
    }

    private Future<TargetSession> open() {
        Pool pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1))
                .with(new NetClientOptions().setTcpKeepAlive(true).setConnectTimeout(CONNECT_TIMEOUT_MILLIS))
                .connectingTo(ConnectOptions.of(endpoint, applicationName))
                .using(vertx())
                .build();
        return pool.getConnection()
                .recover(error -> Future.failedFuture(noConnection(error)))
                .compose(connection -> configure(pool, connection))
                // A pool waits for a login that is under way, which may never end.
                .recover(error -> pool.close()
                        .timeout(POOL_CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                        .transform(closed -> Future.failedFuture(error)));
    }

    /** Whatever keeps the server from answering at all, such as the pool's timer, is a server that is not there. */
    private Throwable noConnection(Throwable error) {
        return error instanceof SyncException || error instanceof PgException
                ? error
                : TargetErrors.unavailable("connect to " + endpoint.displayName(), error);
    }

    private Future<TargetSession> configure(Pool pool, SqlConnection connection) {
        String settings = Connections.SESSION_SETTINGS.entrySet().stream()
                .map(setting -> "SET " + setting.getKey() + " = " + Identifiers.literal(setting.getValue()))
                .collect(Collectors.joining(";"));
        int version = connection.databaseMetadata().majorVersion();
        return connection
                .query(settings + ";" + sessionSettings(version))
                .execute()
                .compose(done -> silenceTriggers(connection))
                .map(silent -> new TargetSession(pool, connection, endpoint.user(), silent));
    }

    private static Future<Boolean> silenceTriggers(SqlConnection connection) {
        return connection
                .query(SILENCE_TRIGGERS)
                .execute()
                .map(true)
                .recover(error -> error instanceof PgException server
                                && SqlStates.INSUFFICIENT_PRIVILEGE.equals(server.getSqlState())
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(error));
    }

    private synchronized Vertx vertx() {
        if (shared != null) {
            return shared;
        }
        if (own == null) {
            own = Vertx.vertx(new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setWorkerPoolSize(1)
                    .setInternalBlockingPoolSize(1)
                    .setFileSystemOptions(
                            new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        }
        return own;
    }

    /** After its sessions were closed. May be called more than once. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            Vertx closing;
            synchronized (this) {
                closing = own;
                own = null;
            }
            return closing == null
                    ? Mono.empty()
                    : Mono.fromCompletionStage(closing.close().toCompletionStage())
                            .timeout(CLOSE_PATIENCE, Mono.fromRunnable(() -> log.warn("Vert.x is slow to end")));
        });
    }
}
