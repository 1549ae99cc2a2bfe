package dev.sluice.source.postgres.changelog;

import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log short: tells the server what is wanted no more, which lets it empty what was read, and how large the log is.
 * Over a connection of its own, on one thread; {@link #tell} on whatever thread may block.
 */
public final class LogKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);

    /** Told how much of its limit the log takes. */
    public interface LogSize {
        void show(long bytes, long limitBytes);
    }

    /** A log is emptied only the time after the two have changed places. */
    private static final long WORTH_EMPTYING = 1 << 20;

    private static final String SIZE =
            "SELECT pg_total_relation_size('sluice.log_0') + pg_total_relation_size('sluice.log_1'),"
                    + " log_limit FROM sluice.writing";

    private final SourceSettings settings;
    private final Connections connections;
    private final AtomicLong confirmed;
    private final LogSize size;
    private final ScheduledFuture<?> keeping;
    private @Nullable PgConnection connection;
    private long told;
    private long bytes;
    private boolean closed;

    /** @param confirmed the position, from 0 */
    public LogKeeper(
            SourceSettings settings,
            Connections connections,
            AtomicLong confirmed,
            LogSize size,
            ScheduledExecutorService thread) {
        this.settings = settings;
        this.connections = connections;
        this.confirmed = confirmed;
        this.size = size;
        long period = settings.statusInterval().toMillis();
        this.keeping = thread.scheduleWithFixedDelay(this::keep, period, period, TimeUnit.MILLISECONDS);
    }

    private void keep() {
        try {
            tell();
        } catch (RuntimeException unexpected) { // thrown on, it would end the keeping without a word
            LOG.warn("{}: cannot confirm a position in the change log", settings.pipeline(), unexpected);
        }
    }

    /** Blocks. A server that is away is told the next time. */
    public synchronized void tell() {
        long position = confirmed.get();
        if (position == 0 || closed) {
            return;
        }
        try {
            PgConnection open = open();
            if (position > told || bytes > WORTH_EMPTYING) {
                try (PreparedStatement statement = open.prepareStatement("SELECT sluice.confirm(?)")) {
                    statement.setLong(1, position);
                    statement.execute();
                }
                told = position;
            }
            try (Statement statement = open.createStatement()) {
                statement.execute("SELECT sluice.summarize()");
                try (ResultSet row = statement.executeQuery(SIZE)) {
                    if (row.next()) {
                        bytes = row.getLong(1);
                        size.show(bytes, row.getLong(2));
                    }
                }
            }
        } catch (SQLException unavailable) {
            // The stream says that the server is away, or the log.
            LOG.debug("{}: cannot confirm a position in the change log", settings.pipeline(), unavailable);
            disconnect();
        }
    }

    private PgConnection open() throws SQLException {
        PgConnection open = connection;
        if (open == null || open.isClosed()) {
            open = connections.openForQueries();
            connection = open;
        }
        return open;
    }

    private void disconnect() {
        PgConnection open = connection;
        connection = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (SQLException broken) {
            LOG.debug("{}: connection was broken when it was closed", settings.pipeline(), broken);
        }
    }

    /** Blocks until what is under way has ended. */
    @Override
    public synchronized void close() {
        keeping.cancel(false);
        closed = true;
        disconnect();
    }
}
