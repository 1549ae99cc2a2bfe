package dev.sluice.bench.child;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.sink.Sink;
import reactor.core.publisher.Mono;

/** Looks, when another sink has written a batch, how long its rows took to get there. Calls do not overlap. */
final class ProbeSink implements Sink {
    private final Sink target;
    private final String column;
    private final Stopwatch stopwatch;
    private final TupleCursor cursor = new TupleCursor();

    ProbeSink(Sink target, String column, Stopwatch stopwatch) {
        this.target = target;
        this.column = column;
        this.stopwatch = stopwatch;
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return target.open(source);
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return target.write(batch).doOnNext(durable -> record(batch));
    }

    private void record(ChangeBatch batch) {
        long now = Stopwatch.nowMicros();
        for (int change = 0; change < batch.size(); change++) {
            cursor.toRow(batch, change);
            while (cursor.next()) {
                if (cursor.column().name().equals(column)) {
                    stopwatch.arrived(Long.parseLong(cursor.text()), now);
                }
            }
        }
    }

    @Override
    public Mono<Void> close() {
        return target.close();
    }
}
