package dev.sluice.engine.change;

/**
 * A committed transaction of the source.
 *
 * @param xid transaction id
 * @param commitLsn where its commit record starts
 * @param commitMicros when it committed, microseconds since 1970-01-01 UTC by the source's clock
 */
public record Transaction(long xid, long commitLsn, long commitMicros) {}
