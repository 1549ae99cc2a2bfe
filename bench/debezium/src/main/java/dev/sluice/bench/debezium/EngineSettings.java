package dev.sluice.bench.debezium;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/** How the engine is configured: what the job says about the server, and what Debezium's documentation advises. Immutable. */
final class EngineSettings {
    private final EngineJob job;
    private final Map<String, String> tuning = new LinkedHashMap<>();

    EngineSettings(EngineJob job) {
        this.job = job;
        // From the slot's position, with the slot and the publication that are there.
        tuning.put("snapshot.mode", "no_data");
        tuning.put("plugin.name", "pgoutput");
        tuning.put("publication.autocreate.mode", "disabled");
        tuning.put("slot.drop.on.stop", "false");
        tuning.put("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        tuning.put("errors.max.retries", "0");
        // One message a change, and nothing else; numbers that can be read.
        tuning.put("converter.schemas.enable", "false");
        tuning.put("tombstones.on.delete", "false");
        tuning.put("heartbeat.interval.ms", "0");
        tuning.put("message.prefix.exclude.list", ".*"); // of pg_logical_emit_message
        tuning.put("decimal.handling.mode", "string");
        // A change stream that comes out of order is none. Larger batches and queues (8,192 and 32,768, 16,384 and
        // 65,536) took
        // twice the memory and were no faster, and neither was one thread.
        tuning.put("record.processing.order", "ORDERED");
        tuning.put("record.processing.threads", "AVAILABLE_CORES");
        tuning.put("max.batch.size", "2048");
        tuning.put("max.queue.size", "8192");
        // 10 gave the best rate, by a tenth, and 1 the best latency; the default, 500, makes that half a second.
        tuning.put("poll.interval.ms", job.latencyColumn() == null ? "10" : "1");
        tuning.putAll(job.settings());
    }

    /** Those that make a difference to what is measured: none that says where the server is or who may enter it. */
    Map<String, String> tuning() {
        return tuning;
    }

    Properties properties() {
        Properties properties = new Properties();
        properties.putAll(tuning);
        properties.setProperty("name", "bench");
        properties.setProperty("topic.prefix", "bench");
        properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        properties.setProperty("database.hostname", job.host());
        properties.setProperty("database.port", Integer.toString(job.port()));
        properties.setProperty("database.user", job.user());
        properties.setProperty("database.dbname", job.database());
        if (job.password() != null) {
            properties.setProperty("database.password", job.password());
        }
        properties.setProperty("slot.name", job.slot());
        properties.setProperty("publication.name", job.publication());
        properties.setProperty("schema.include.list", Pattern.quote(job.schema()));
        return properties;
    }
}
