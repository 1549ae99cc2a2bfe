package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Relation;
import dev.sluice.engine.metrics.MeterNames;
import dev.sluice.engine.sink.SinkContext;
import io.micrometer.core.instrument.Counter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells, in the log and in a metric, how a sink has followed what was altered in the source. Lives as long as the sink; any thread. */
final class SchemaNews {
    private static final Logger log = LoggerFactory.getLogger(SchemaNews.class);

    private final SinkContext context;
    private final Counter changes;
    private final Set<String> kept = ConcurrentHashMap.newKeySet();

    SchemaNews(SinkContext context) {
        this.context = context;
        this.changes = Counter.builder(MeterNames.SINK_SCHEMA_CHANGES)
                .description("Alterations of the source's tables that the sink has followed")
                .tag(MeterNames.PIPELINE, context.pipeline())
                .tag(MeterNames.SINK, context.sink())
                .register(context.meters());
    }

    void altered(Statement alteration) {
        changes.increment();
        log.info("{}: as in the source: {}", context.pipeline(), alteration.sql());
    }

    void left(Statement alteration, StatementFailure refused) {
        log.warn(
                "{}: the source has changed, the target cannot yet: {} ({}). Rows do not need it; run it before others write"
                        + " to the target.",
                context.pipeline(),
                alteration.sql(),
                TargetErrors.describe(refused.reason()));
    }

    /**
     * Each column is told once.
     *
     * @param seen the relation with the names that its columns have in the target
     */
    void keptNames(Relation relation, Relation seen) {
        for (int i = 0; i < relation.columns().size(); i++) {
            String now = relation.columns().get(i).name();
            String name = seen.columns().get(i).name();
            if (!now.equals(name) && kept.add(relation.oid() + " " + name + " " + now)) {
                changes.increment();
                log.info(
                        "{}: column {} of {} is called {} now, and keeps its name in the target (schema: additive)",
                        context.pipeline(),
                        name,
                        relation.displayName(),
                        now);
            }
        }
    }

    void close() {
        context.meters().remove(changes);
    }
}
