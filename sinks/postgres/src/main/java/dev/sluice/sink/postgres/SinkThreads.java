package dev.sluice.sink.postgres;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The threads of one sink, started when they are first needed. Any thread. */
final class SinkThreads {
    private static final int IDLE_SECONDS = 10;
    private static final int QUEUED_TABLES = 100_000;
    private static final int QUEUED_CALLS = 100;

    private final String name;
    private final int copyConnections;
    private @Nullable Scheduler computing;
    private @Nullable Scheduler copying;
    private @Nullable Scheduler streaming;

    SinkThreads(String sink, int copyConnections) {
        this.name = "sluice-sink-" + sink;
        this.copyConnections = copyConnections;
    }

    /** One thread, never blocked, for what would take too long on an event loop. */
    synchronized Scheduler computing() {
        if (computing == null) {
            computing = Schedulers.newSingle(name, true);
        }
        return computing;
    }

    /** May be blocked; as many as there may be copies at once, and more copies wait their turn. */
    synchronized Scheduler copying() {
        if (copying == null) {
            copying = Schedulers.newBoundedElastic(copyConnections, QUEUED_TABLES, name + "-copy", IDLE_SECONDS, true);
        }
        return copying;
    }

    /** One thread that may be blocked. */
    synchronized Scheduler streaming() {
        if (streaming == null) {
            streaming = Schedulers.newBoundedElastic(1, QUEUED_CALLS, name + "-stream", IDLE_SECONDS, true);
        }
        return streaming;
    }

    /** Ends them, whatever they are doing. They start again if they are needed again. */
    synchronized void close() {
        if (computing != null) {
            computing.dispose();
            computing = null;
        }
        if (copying != null) {
            copying.dispose();
            copying = null;
        }
        if (streaming != null) {
            streaming.dispose();
            streaming = null;
        }
    }
}
