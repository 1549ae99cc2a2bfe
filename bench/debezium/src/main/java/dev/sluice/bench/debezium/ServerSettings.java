package dev.sluice.bench.debezium;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How Debezium Server is configured, as its documentation and that of its JDBC sink advise. Immutable.
 *
 * @param source whose slot and publication are there already
 * @param target whose tables are there already, under the same names
 */
record ServerSettings(ServerDatabase source, ServerDatabase target, String slot, String publication, String schema) {
    /** Those that make a difference to what is measured: none that says where a server is or who may enter it. */
    static Map<String, String> tuning() {
        Map<String, String> tuning = new LinkedHashMap<>();
        // From the slot's position, with the slot and the publication that are there.
        tuning.put("debezium.source.snapshot.mode", "no_data");
        tuning.put("debezium.source.plugin.name", "pgoutput");
        tuning.put("debezium.source.publication.autocreate.mode", "disabled");
        tuning.put("debezium.source.slot.drop.on.stop", "false");
        tuning.put("debezium.source.offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        tuning.put("debezium.source.errors.max.retries", "0");
        tuning.put("debezium.source.tombstones.on.delete", "false");
        tuning.put("debezium.source.heartbeat.interval.ms", "0");
        tuning.put("debezium.source.message.prefix.exclude.list", ".*"); // of pg_logical_emit_message
        tuning.put("debezium.source.record.processing.threads", "AVAILABLE_CORES");
        // Batches of 2,048 were as fast with inserts only; larger ones leave more for the reduction buffer to fold.
        tuning.put("debezium.source.max.batch.size", "8192");
        tuning.put("debezium.source.max.queue.size", "32768");
        tuning.put("debezium.source.poll.interval.ms", "10");
        tuning.put("debezium.format.key", "connect"); // the sink takes Kafka Connect's own records, unserialized
        tuning.put("debezium.format.value", "connect");
        tuning.put("debezium.format.header", "connect");
        tuning.put("debezium.sink.type", "jdbc");
        tuning.put("debezium.sink.jdbc.insert.mode", "upsert");
        tuning.put("debezium.sink.jdbc.delete.enabled", "true");
        tuning.put("debezium.sink.jdbc.primary.key.mode", "record_key");
        tuning.put("debezium.sink.jdbc.schema.evolution", "none");
        tuning.put("debezium.sink.jdbc.collection.name.format", "${source.schema}.${source.table}");
        tuning.put("debezium.sink.jdbc.batch.size", "8192");
        tuning.put("debezium.sink.jdbc.use.reduction.buffer", "true");
        tuning.put("debezium.sink.jdbc.dialect.postgres.unnest.insert.enabled", "true");
        return tuning;
    }

    /** Contains passwords. */
    Properties properties() {
        Properties properties = new Properties();
        tuning().forEach((key, value) -> put(properties, key, value));
        put(properties, "debezium.source.connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        put(properties, "debezium.source.topic.prefix", "bench");
        put(properties, "debezium.source.database.hostname", source.host());
        put(properties, "debezium.source.database.port", Integer.toString(source.port()));
        put(properties, "debezium.source.database.user", source.user());
        put(properties, "debezium.source.database.dbname", source.name());
        if (source.password() != null) {
            put(properties, "debezium.source.database.password", source.password());
        }
        put(properties, "debezium.source.slot.name", slot);
        put(properties, "debezium.source.publication.name", publication);
        put(properties, "debezium.source.schema.include.list", Pattern.quote(schema));
        String url = "jdbc:postgresql://" + target.host() + ":" + target.port() + "/" + target.name();
        put(properties, "debezium.sink.jdbc.connection.url", url + "?reWriteBatchedInserts=true");
        put(properties, "debezium.sink.jdbc.connection.username", target.user());
        put(properties, "debezium.sink.jdbc.connection.password", passwordOrAny(target.password()));
        put(properties, "quarkus.http.host-enabled", "false");
        put(properties, "quarkus.log.console.json.enabled", "false");
        put(properties, "quarkus.log.level", "WARN");
        // Its statistics are sampled: it drops what it cannot keep up with, and says so for every one.
        put(properties, "quarkus.log.category.\"io.debezium.metrics.stats\".level", "ERROR");
        return properties;
    }

    /** The sink insists on one. */
    private static String passwordOrAny(@Nullable String password) {
        return password == null || password.isEmpty() ? "none" : password;
    }

    /** A dollar sign would begin an expression of the server's configuration. */
    private static void put(Properties properties, String key, String value) {
        properties.setProperty(key, value.replace("$", "\\$"));
    }
}
