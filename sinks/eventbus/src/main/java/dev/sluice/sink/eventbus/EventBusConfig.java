package dev.sluice.sink.eventbus;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Default;
import java.time.Duration;

/**
 * Keys of {@code type: eventbus}.
 *
 * @param address where events go; {@code {pipeline}}, {@code {schema}} and {@code {table}} are replaced
 * @param mode whether somebody has to answer
 * @param timeout how long a consumer may take to answer
 * @param inflight how many events may wait for their answers at the same time
 * @param schemaEvents whether there are events for tables that have another shape
 */
public record EventBusConfig(
        @Default("{pipeline}.{schema}.{table}") String address,
        @Default("publish") Mode mode,
        @Default("30s") Duration timeout,
        @Default("1") int inflight,
        @Default("false") boolean schemaEvents) {
    /** How events are sent. */
    public enum Mode {
        /** To all consumers, whoever listens; durable when handed to the event bus. */
        PUBLISH,
        /** To one consumer of the address; durable when it has replied. */
        REQUEST
    }

    public EventBusConfig {
        if (timeout.toMillis() < 1) {
            throw new SyncException(ErrorKind.CONFIGURATION, "timeout: must be at least 1ms");
        }
        if (inflight < 1 || inflight > 10_000) {
            throw new SyncException(ErrorKind.CONFIGURATION, "inflight: must be from 1 to 10000");
        }
        if (address.replaceAll("\\{(pipeline|schema|table)}", "").matches(".*[{}].*")) {
            throw new SyncException(
                    ErrorKind.CONFIGURATION,
                    "address: " + address + " holds something else in braces than {pipeline}, {schema} and {table}");
        }
        if (address.isBlank()) {
            throw new SyncException(ErrorKind.CONFIGURATION, "address: is empty");
        }
    }
}
