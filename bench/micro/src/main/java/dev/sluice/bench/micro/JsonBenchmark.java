package dev.sluice.bench.micro;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.events.DebeziumJson;
import dev.sluice.events.EventBuffer;
import java.time.Clock;
import org.openjdk.jmh.annotations.Benchmark;

/** Rows as JSON events. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class JsonBenchmark extends RowBenchmark {
    private final EventBuffer events = new EventBuffer();
    private final DebeziumJson json = new DebeziumJson("bench", "bench", Clock.systemUTC(), events);
    private ChangeBatch streamed;
    private ChangeBatch mixed;
    private ChangeBatch copied;

    @Override
    public void prepare(RowShape shape) {
        SampleRows rows = SampleRows.inserts(shape);
        streamed = rows.batch();
        mixed = SampleRows.mixture(shape).batch();
        copied = rows.copied();
    }

    @Benchmark
    public EventBuffer streamed() {
        return encode(streamed);
    }

    /** With updates and deletes. */
    @Benchmark
    public EventBuffer mixed() {
        return encode(mixed);
    }

    /** Rows of a first copy. */
    @Benchmark
    public EventBuffer copied() {
        return encode(copied);
    }

    private EventBuffer encode(ChangeBatch batch) {
        events.clear();
        for (int change = 0; change < batch.size(); change++) {
            json.write(batch, change);
        }
        return events;
    }
}
