package dev.sluice.bench.micro;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.Transaction;
import dev.sluice.source.postgres.pgoutput.RowMessage;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;

/** Batches: making one of messages that are read already, one of several, and one with fewer changes. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class BatchBenchmark extends RowBenchmark {
    private static final int JOINED = 10;
    private static final int EVERY = 100;

    private final ChangeBatchBuilder builder = new ChangeBatchBuilder(Integer.MAX_VALUE);
    private Relation relation;
    private List<byte[]> messages;
    private List<RowMessage> read;
    private long commitLsn;

    private List<ChangeBatch> parts;
    private ChangeBatch whole;
    private int[] selected;

    @Override
    public void prepare(RowShape shape) {
        SampleRows rows = SampleRows.inserts(shape);
        relation = rows.relation();
        messages = rows.messages();
        read = messages.stream().map(BatchBenchmark::read).toList();
        parts = rows.batches(JOINED);
        whole = rows.batch();
        selected =
                IntStream.iterate(0, i -> i < SampleRows.COUNT, i -> i + EVERY).toArray();
    }

    private static RowMessage read(byte[] message) {
        RowMessage row = new RowMessage();
        row.read(message, SampleRows.OFFSET, message.length - SampleRows.OFFSET);
        return row;
    }

    @Benchmark
    public ChangeBatch build() {
        commitLsn += 16;
        builder.begin(new Transaction(1, commitLsn, 0));
        for (int i = 0; i < SampleRows.COUNT; i++) {
            SampleRows.addTo(builder, read.get(i), relation, messages.get(i));
        }
        builder.boundary(commitLsn + 8);
        return builder.build();
    }

    /** Ten batches into one: a sink that was busy. */
    @Benchmark
    public ChangeBatch concat() {
        return ChangeBatch.concat(parts);
    }

    /** One change of a hundred; the score is per change that there was. */
    @Benchmark
    public ChangeBatch select() {
        return whole.select(selected, selected.length);
    }
}
