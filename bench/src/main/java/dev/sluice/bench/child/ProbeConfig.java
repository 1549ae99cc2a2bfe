package dev.sluice.bench.child;

/**
 * Keys of {@code type: probe}.
 *
 * @param column that says when its row was sent, in microseconds since 1970
 */
public record ProbeConfig(String column) {}
