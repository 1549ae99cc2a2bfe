package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.sink.SchemaPolicy;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.postgres.Identifiers;
import dev.sluice.testkit.postgres.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One target database, sinks that write to it, and what it holds then. Closes its sinks. */
final class TargetFixture implements AutoCloseable {
    static final SourceIdentity SOURCE = new SourceIdentity("7300000000000000001", 1, "shop", "sluice_shop");
    static final Position START = Position.boundary(0x50);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestDatabase database;
    private final Map<Class<?>, Object> shared;
    private final List<TransactionalSink> sinks = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private CopyThreshold copyThreshold = CopyThreshold.DEFAULT;
    private SchemaPolicy policy = SchemaPolicy.ADDITIVE;

    /** Sinks make a Vert.x of their own. */
    TargetFixture(TestDatabase database) {
        this.database = database;
        this.shared = Map.of();
    }

    TargetFixture(TestDatabase database, Vertx vertx) {
        this.database = database;
        this.shared = Map.of(Vertx.class, vertx);
    }

    /** Sinks made from now on take even the smallest batch for a large one, which goes by COPY. */
    TargetFixture copyingAll() {
        copyThreshold = new CopyThreshold(1, 1);
        return this;
    }

    /** What sinks that are made from now on do about tables that are altered. */
    void withPolicy(SchemaPolicy chosen) {
        policy = chosen;
    }

    /** Of all sinks. */
    SimpleMeterRegistry meters() {
        return meters;
    }

    TestDatabase database() {
        return database;
    }

    SinkContext context() {
        return new SinkContext("shop", "replica", meters, Clock.systemUTC(), shared, policy);
    }

    TransactionalSink newSink() {
        return newSink(database.url());
    }

    TransactionalSink newSink(String url) {
        return newSink(new PostgresSinkConfig(url, null, true, 2));
    }

    TransactionalSink newSink(PostgresSinkConfig config) {
        TransactionalSink sink = (TransactionalSink) PostgresSinkProvider.create(config, context(), copyThreshold);
        sinks.add(sink);
        return sink;
    }

    /** A sink that is open and has copied nothing from these tables. */
    TransactionalSink started(Relation... tables) {
        TransactionalSink sink = newSink();
        start(sink, tables);
        return sink;
    }

    void start(TransactionalSink sink, Relation... tables) {
        if (get(sink.open(SOURCE)).isNone()) {
            await(sink.prepareCopy(List.of(tables), START));
            for (Relation table : tables) {
                get(sink.copy(table, START, Flux.empty()));
            }
            get(sink.completeCopy(START));
        }
    }

    static Position write(TransactionalSink sink, ChangeBatch batch) {
        return get(Mono.defer(() -> sink.write(batch)));
    }

    /** On a thread on which blocking is forbidden. */
    static <T> T get(Mono<T> call) {
        return Objects.requireNonNull(call.subscribeOn(Schedulers.parallel()).block(PATIENCE));
    }

    static void await(Mono<Void> call) {
        call.subscribeOn(Schedulers.parallel()).block(PATIENCE);
    }

    /** All rows, values in their text form, in the order of the first column. */
    List<Map<String, @Nullable String>> rows(Relation relation) throws SQLException {
        String columns = relation.columns().stream()
                .map(column -> Identifiers.quote(column.name()) + "::text")
                .collect(Collectors.joining(", "));
        String table = Identifiers.qualified(relation.schema(), relation.name());
        return database.rows("SELECT " + columns + " FROM " + table + " ORDER BY 1").stream()
                .map(values -> row(relation, values))
                .toList();
    }

    private static Map<String, @Nullable String> row(Relation relation, List<@Nullable String> values) {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        List<Column> columns = relation.columns();
        for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i).name(), values.get(i));
        }
        return row;
    }

    @Override
    public void close() {
        sinks.forEach(sink -> await(sink.close()));
    }
}
