package dev.sluice.engine.metrics;

/** Names of all meters, in Micrometer's dotted form, with their tags. No meter has a tag per table. */
public final class MeterNames {
    /** Tag: name of the pipeline. On every meter. */
    public static final String PIPELINE = "pipeline";

    /** Tag: name of the sink. On meters of lanes. */
    public static final String SINK = "sink";

    /** Changes that the source has read. Counter; pipeline. */
    public static final String SOURCE_CHANGES = "sluice.source.changes";

    /** Bytes of the changes that the source has read. Counter; pipeline. */
    public static final String SOURCE_BYTES = "sluice.source.bytes";

    /** WAL that the server keeps for the slot. Gauge, bytes; pipeline. */
    public static final String SOURCE_RETAINED = "sluice.source.retained.bytes";

    /** WAL that may be written before the server may invalidate the slot, NaN without a limit. Gauge, bytes; pipeline. */
    public static final String SOURCE_SAFE = "sluice.source.safe.bytes";

    /** WAL between the server's end and what the source has read. Gauge, bytes; pipeline. */
    public static final String SOURCE_LAG = "sluice.source.lag.bytes";

    /** Since the server last sent anything. Gauge, seconds; pipeline. */
    public static final String SOURCE_MESSAGE_AGE = "sluice.source.message.age";

    /** Held in the journal. Gauge, bytes; pipeline. */
    public static final String JOURNAL_BYTES = "sluice.journal.bytes";

    /** 1 for the state that the pipeline is in, 0 for the others. Gauge; pipeline, state. */
    public static final String PIPELINE_STATE = "sluice.pipeline.state";

    /** Changes written to the sink, those written again after a failure included. Counter; pipeline, sink. */
    public static final String SINK_CHANGES = "sluice.sink.changes";

    /** Bytes of the batches written to the sink, before columns and rows are left out. Counter; pipeline, sink. */
    public static final String SINK_BYTES = "sluice.sink.bytes";

    /** Changes in a batch as the sink gets it. Distribution; pipeline, sink. */
    public static final String SINK_BATCH_CHANGES = "sluice.sink.batch.changes";

    /** How long a write takes. Timer with histogram; pipeline, sink. */
    public static final String SINK_WRITE = "sluice.sink.write";

    /** From the commit in the source to durable in the sink, once a batch, for its last transaction. Timer with histogram. */
    public static final String SINK_LATENCY = "sluice.sink.latency";

    /** How far behind the sink is: age of the oldest commit that it has yet to get, 0 when it has all. Gauge, seconds. */
    public static final String SINK_LAG = "sluice.sink.lag";

    /** How often a write or an open was tried again. Counter; pipeline, sink. */
    public static final String SINK_RETRIES = "sluice.sink.retries";

    /**
     * How often a table had another shape from a change on; of a sink that alters its own tables for that, the alterations.
     * Counter; pipeline, sink.
     */
    public static final String SINK_SCHEMA_CHANGES = "sluice.sink.schema.changes";

    /** Tag: {@code first} or {@code later}, which snapshot a copy was read from. On meters of copies. */
    public static final String WAY = "way";

    /** Rows read to be copied into a sink. Counter; pipeline, sink, way. */
    public static final String COPY_ROWS = "sluice.copy.rows";

    /** Share of the copy that is done, by size, from 0 to 1; 1 when there is none. Gauge; pipeline, sink. */
    public static final String COPY_DONE = "sluice.copy.done";

    /** Tables of the copy that are done. Gauge; pipeline, sink. */
    public static final String COPY_TABLES_DONE = "sluice.copy.tables.done";

    /** Tables of the copy. Gauge; pipeline, sink. */
    public static final String COPY_TABLES = "sluice.copy.tables";

    private MeterNames() {}
}
