package dev.sluice.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Real threads: a source, and lanes that fail and go back, further than the journal holds. Nobody may wait for ever. */
class JournalStressTest {
    private static final int TRANSACTIONS = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<ChangeBatch> batches = new ArrayList<>();
    private final List<Position> changes = new ArrayList<>();
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyLaneGetsEveryChangeInOrder(long seed) throws InterruptedException {
        Random random = new Random(seed);
        for (int number = 1; number <= TRANSACTIONS; number++) {
            batches.addAll(Batches.pieces(number, 1 + random.nextInt(random.nextInt(10) == 0 ? 30 : 3)));
        }
        for (ChangeBatch batch : batches) {
            for (int change = 0; change < batch.size(); change++) {
                changes.add(batch.position(change));
            }
        }
        Journal journal = new Journal(4 * batches.get(0).sizeInBytes(), Batches.end(0));
        CountDownLatch done = new CountDownLatch(3);
        List<Thread> lanes = new ArrayList<>();
        for (int lane = 0; lane < 3; lane++) {
            Lane work = new Lane(journal.reader(Batches.end(0)), new Random(seed * 10 + lane), done);
            lanes.add(new Thread(work, "stress-lane-" + lane));
        }
        Scheduler sourceThread = Schedulers.newSingle("stress-source", true);
        Disposable source = Flux.defer(
                        () -> read(journal.resume(), sourceThread).takeUntilOther(journal.rereadNeeded()))
                .concatMap(journal::append, 1)
                .repeat()
                .subscribe(position -> {}, errors::add);
        try {
            lanes.forEach(Thread::start);
            boolean inTime = done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(errors).isEmpty();
            assertThat(inTime)
                    .as("somebody waits for ever, the source is at " + journal.tail())
                    .isTrue();
            assertThat(journal.durable()).isEqualTo(Batches.end(TRANSACTIONS));
            assertThat(journal.bytes()).isZero();
        } finally {
            source.dispose();
            sourceThread.dispose();
            lanes.forEach(Thread::interrupt);
            for (Thread lane : lanes) {
                lane.join(PATIENCE.toMillis());
            }
        }
    }

    private Flux<ChangeBatch> read(Position after, Scheduler thread) {
        return Flux.fromStream(
                        () -> batches.stream().filter(batch -> batch.last().isAfter(after)))
                .concatWith(Mono.never())
                .subscribeOn(thread, true);
    }

    private final class Lane implements Runnable {
        private final JournalReader reader;
        private final Random random;
        private final CountDownLatch done;
        private Position durable = Batches.end(0);
        private int changesDurable;
        private int changesSeen;

        Lane(JournalReader reader, Random random, CountDownLatch done) {
            this.reader = reader;
            this.random = random;
            this.done = done;
        }

        @Override
        public void run() {
            try {
                while (!durable.equals(Batches.end(TRANSACTIONS))) {
                    step();
                }
                // it goes on listening, so that what others have read again passes it by
                reader.next(1).subscribe(batch -> errors.add(new AssertionError("too much: " + batch)), errors::add);
            } catch (RuntimeException | AssertionError e) {
                errors.add(e);
            } finally {
                done.countDown();
            }
        }

        private void step() {
            ChangeBatch batch = Objects.requireNonNull(
                    reader.next(1 + random.nextInt(2_000)).block(PATIENCE));
            for (int change = 0; change < batch.size(); change++) {
                assertThat(batch.position(change)).isEqualTo(changes.get(changesSeen++));
            }
            if (random.nextInt(25) == 0) {
                changesSeen = changesDurable;
                reader.rewind(durable);
                return;
            }
            reader.written(batch.last());
            if (!batch.lastBoundary().isNone() && !durable.isAfter(batch.lastBoundary())) {
                durable = batch.lastBoundary();
                changesDurable = changesSeen - (batch.size() - batch.boundaryIndex());
                reader.durable(durable);
            }
        }
    }
}
