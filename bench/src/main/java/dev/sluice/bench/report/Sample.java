package dev.sluice.bench.report;

/**
 * How far a peer had come at one moment.
 *
 * @param millis since its clock started
 * @param rows that it had by then
 * @param residentBytes of its process; -1 where nobody knows
 */
public record Sample(long millis, long rows, long residentBytes) {}
