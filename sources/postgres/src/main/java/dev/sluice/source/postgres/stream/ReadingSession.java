package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.SynchronousSink;

/**
 * One subscription to a stream: opened on the reading thread, read there on demand, freed on another. {@link #stop} and
 * {@link #free} may be called from any thread and more than once.
 */
public abstract class ReadingSession {
    static final Duration READER_PATIENCE = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(ReadingSession.class);

    private final String pipeline;
    private final Position after;
    private final Executor freeing;
    /** Held while something is read or opened; whoever frees waits for it. */
    private final ReentrantLock reading = new ReentrantLock();

    private final CompletableFuture<Void> freed = new CompletableFuture<>();
    private volatile boolean stopped;
    private volatile long readNanos = System.nanoTime();
    private volatile Position standing;
    private boolean announced;
    private boolean closed;

    /**
     * @param after where to go on
     * @param freeing where connections are closed
     */
    protected ReadingSession(String pipeline, Position after, Executor freeing) {
        this.pipeline = pipeline;
        this.after = after;
        this.freeing = freeing;
        this.standing = after;
    }

    /** On the reading thread; returns early if {@link #isStopped}. */
    protected abstract void connect() throws SQLException;

    /** On the reading thread, after {@link #connect}: the next batch, however long it takes; null once stopped. */
    protected abstract @Nullable ChangeBatch next() throws SQLException;

    /** Makes {@link #next} return soon. Any thread. */
    protected abstract void stopReading();

    /** Closes the sockets under whoever waits for an answer. */
    protected abstract void abort();

    /** Closes whatever {@link #connect} has opened; nothing is read meanwhile or afterwards. Once. */
    protected abstract void close();

    /** @param reading whether it happened while reading, not while connecting */
    protected abstract SyncException classified(Exception error, boolean reading);

    /**
     * Connects, unless stopped meanwhile. Blocks; fails with a SyncException, having freed everything.
     */
    public final ReadingSession open() {
        reading.lock();
        try {
            if (!stopped) {
                connect();
            }
        } catch (SQLException | RuntimeException error) {
            boolean wanted = stopped;
            free();
            if (!wanted) {
                throw classified(error, false);
            }
            LOG.debug("{}: stopped while connecting", pipeline, error);
        } finally {
            reading.unlock();
        }
        if (stopped) {
            free();
        }
        return this;
    }

    /** Emits one batch, the first time one that only says that we are connected; completes if the session was stopped. */
    public final ReadingSession emit(SynchronousSink<ChangeBatch> sink) {
        reading.lock();
        try {
            ChangeBatch batch = stopped ? null : announced ? next() : ChangeBatch.unmoved(after);
            readNanos = System.nanoTime();
            announced = true;
            if (batch == null) {
                sink.complete();
            } else {
                standing = batch.last();
                sink.next(batch);
            }
        } catch (SQLException | RuntimeException error) {
            // Once stopped, whatever goes wrong is the end of the connection that we wanted.
            boolean wanted = stopped;
            stop(); // first: whoever hears of the error may subscribe again at once
            if (wanted) {
                sink.complete();
            } else {
                sink.error(classified(error, true));
            }
        } finally {
            reading.unlock();
        }
        if (stopped && freed.isDone()) {
            free(); // whoever freed could not wait for us
        }
        return this;
    }

    /** Makes a read that is under way return soon. */
    public final void stop() {
        stopped = true;
        stopReading();
    }

    /** Closes the connections, in the background. */
    public final void free() {
        stop();
        try {
            freeing.execute(this::release);
        } catch (RejectedExecutionException ended) { // the source is closed: nobody waits for this thread any more
            release();
        }
    }

    /** Completes when everything has been freed. */
    public final CompletableFuture<Void> freed() {
        return freed;
    }

    public final boolean isStopped() {
        return stopped;
    }

    /** A step that fails when a connection is broken. */
    @FunctionalInterface
    protected interface Step {
        void run() throws SQLException;
    }

    /** Runs it if nobody has read anything for so long, and nobody does now. Any thread. */
    protected final void whileNobodyReads(Duration quiet, Step step) throws SQLException {
        if (System.nanoTime() - readNanos > quiet.toNanos() && reading.tryLock()) {
            try {
                step.run();
            } finally {
                reading.unlock();
            }
        }
    }

    /** A step of closing: when the connection is broken there is nothing left to close. */
    protected final void quietly(Step step) {
        try {
            step.run();
        } catch (SQLException broken) {
            LOG.debug("{}: connection was broken when it was closed", pipeline, broken);
        }
    }

    /** Where the stream stands, for people. */
    protected final Position standing() {
        return standing;
    }

    private void release() {
        if (takeFromReader()) {
            try {
                if (!closed) {
                    closed = true;
                    close();
                }
            } finally {
                reading.unlock();
            }
        } else {
            LOG.warn("{}: a connection does not answer; it is closed when it does", pipeline);
        }
        freed.complete(null);
    }

    /** A reader that was stopped leaves within milliseconds, unless the network has swallowed what it waits for. */
    private boolean takeFromReader() {
        if (isTakenInTime()) {
            return true;
        }
        abort();
        return isTakenInTime();
    }

    private boolean isTakenInTime() {
        try {
            return reading.tryLock(READER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException shuttingDown) {
            Thread.currentThread().interrupt();
            return reading.tryLock();
        }
    }
}
