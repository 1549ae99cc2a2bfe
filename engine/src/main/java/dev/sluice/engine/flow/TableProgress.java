package dev.sluice.engine.flow;

/**
 * How far the copy of one table is.
 *
 * @param table for people: {@code public.orders}
 * @param estimatedRows -1 when the source has no statistics
 * @param finished durable in the sink
 */
public record TableProgress(String table, long rows, long bytes, long estimatedRows, boolean finished) {}
