package dev.sluice.bench.micro;

import dev.sluice.source.postgres.pgoutput.RowMessage;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/** Finding and checking the tuples of a message. */
public class RowMessageBenchmark extends RowBenchmark {
    private final RowMessage row = new RowMessage();
    private List<byte[]> messages = List.of();

    @Override
    public void prepare(RowShape rows) {
        messages = SampleRows.inserts(rows).messages();
    }

    /** @return bytes in the rows */
    @Benchmark
    public long read() {
        long bytes = 0;
        for (byte[] message : messages) {
            row.read(message, SampleRows.OFFSET, message.length - SampleRows.OFFSET);
            bytes += row.rowLength();
        }
        return bytes;
    }
}
