package dev.sluice.engine.source;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;

/**
 * What the engine lends to a source.
 *
 * @param pipeline its name: letters, digits, {@code _} and {@code -}; default names are made from it
 * @param meters where to register meters, tagged with the pipeline; removed by the source when it closes
 */
public record SourceContext(String pipeline, MeterRegistry meters, Clock clock) {}
