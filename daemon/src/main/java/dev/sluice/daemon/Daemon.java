package dev.sluice.daemon;

import dev.sluice.daemon.http.HttpEndpoints;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.PipelineGroup;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineStatus;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pipelines with what surrounds them in a program of their own: Vert.x, metrics, HTTP. Opened, started and closed by one
 * thread that may block; observed by any.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final OwnVertx vertx;
    private final PrometheusMeterRegistry meters;
    private final JvmMeters jvm;
    private volatile @Nullable PipelineGroup group;
    private @Nullable HttpServer http;

    private Daemon() {
        this.vertx = new OwnVertx();
        this.meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        this.jvm = JvmMeters.bind(meters);
    }

    /**
     * Listens for HTTP, if it shall, then opens the state directory and makes the pipelines; starts none of them.
     *
     * @throws SyncException when something of that is not possible; nothing is left open
     */
    public static Daemon open(SluiceConfig config) {
        Daemon daemon = new Daemon();
        try {
            daemon.listen(config);
            daemon.group = PipelineGroup.open(
                    config, daemon.meters, Clock.systemUTC(), Map.of(Vertx.class, daemon.vertx.vertx()));
            return daemon;
        } catch (RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void listen(SluiceConfig config) {
        if (config.http() != null) {
            HttpServer server =
                    vertx.await(new HttpEndpoints(vertx.vertx(), meters, this::status).listen(config.http()));
            http = server;
            LOG.info("listening on http://{}:{}", config.http().host(), server.actualPort());
        }
    }

    /** Where HTTP is answered, or -1. */
    public int httpPort() {
        return http == null ? -1 : http.actualPort();
    }

    public List<Pipeline> pipelines() {
        PipelineGroup opened = group;
        return opened == null ? List.of() : opened.pipelines();
    }

    /** What the pipelines look like now. */
    public List<PipelineStatus> status() {
        return pipelines().stream().map(Pipeline::status).toList();
    }

    /** Starts every pipeline, each for itself: one that cannot start does not keep the others from it. */
    public void start() {
        // A pipeline runs by itself once it is subscribed to; how it ends is seen in finished().
        pipelines().forEach(pipeline -> pipeline.start().onErrorComplete().subscribe());
    }

    /** Drains and stops the pipelines, then frees everything else. May be called more than once. */
    @Override
    public void close() {
        PipelineGroup opened = group;
        try {
            if (opened != null) {
                opened.stop().block();
            }
        } finally {
            jvm.close();
            meters.close();
            vertx.close();
        }
    }
}
