package dev.sluice.daemon.http;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.SluiceConfig.Http;
import dev.sluice.engine.flow.PipelineStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Supplier;

/**
 * Answers {@code /livez}, {@code /readyz}, {@code /metrics} and {@code /status}. Live means that this process answers, and
 * nothing about databases: restarting it would not bring one back. Handlers run on event loops and never wait.
 */
public final class HttpEndpoints {
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final PrometheusMeterRegistry meters;
    private final Supplier<List<PipelineStatus>> pipelines;

    public HttpEndpoints(Vertx vertx, PrometheusMeterRegistry meters, Supplier<List<PipelineStatus>> pipelines) {
        this.vertx = vertx;
        this.meters = meters;
        this.pipelines = pipelines;
    }

    /** Begins to listen. Fails with what to do when the address cannot be had. */
    public Future<HttpServer> listen(Http http) {
        HttpServerOptions options = new HttpServerOptions().setHost(http.host()).setPort(http.port());
        return vertx.createHttpServer(options)
                .requestHandler(this::handle)
                .listen()
                .recover(error -> Future.failedFuture(cannotListen(http, error)));
    }

    private static SyncException cannotListen(Http http, Throwable error) {
        String what = "cannot listen on " + http.host() + ":" + http.port() + " for HTTP: " + error.getMessage();
        String remedy = "Stop what listens there, or choose another http: host and port.";
        return SyncException.of(List.of(new Problem(ErrorKind.CONFIGURATION, what, remedy)));
    }

    private void handle(HttpServerRequest request) {
        HttpServerResponse response = request.response().putHeader("cache-control", "no-store");
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            response.putHeader("allow", "GET, HEAD");
            answer(request, 405, TEXT, "only GET\n");
            return;
        }
        switch (request.path() == null ? "" : request.path()) {
            case "/livez" -> answer(request, 200, TEXT, "ok\n");
            case "/readyz" -> readiness(request);
            case "/status" -> answer(request, 200, JSON, text(StatusJson.status(pipelines.get())));
            case "/metrics" -> metrics(request);
            case "/" -> answer(request, 200, TEXT, "sluice\n/livez\n/readyz\n/metrics\n/status\n");
            default -> answer(request, 404, TEXT, "not found; there are /livez, /readyz, /metrics and /status\n");
        }
    }

    private void readiness(HttpServerRequest request) {
        JsonObject readiness = StatusJson.readiness(pipelines.get());
        answer(request, readiness.getBoolean("ready") ? 200 : 503, JSON, text(readiness));
    }

    /** A scrape takes a few milliseconds, so it does not hold an event loop. */
    private void metrics(HttpServerRequest request) {
        vertx.executeBlocking(() -> meters.scrape(), false)
                .onSuccess(text -> answer(request, 200, PROMETHEUS, text))
                .onFailure(error -> answer(request, 500, TEXT, "the metrics cannot be read\n"));
    }

    private static String text(JsonObject json) {
        return json.encodePrettily() + "\n";
    }

    private static void answer(HttpServerRequest request, int status, String type, String body) {
        HttpServerResponse response = request.response().setStatusCode(status).putHeader("content-type", type);
        if (request.method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(body);
        }
    }
}
