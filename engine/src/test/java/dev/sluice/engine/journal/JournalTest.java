package dev.sluice.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class JournalTest {
    private static final Position START = Batches.end(0);
    private static final long BATCH = Batches.transaction(1).sizeInBytes();

    private final Journal journal = new Journal(2 * BATCH, START);

    /** What a Mono has done so far. */
    private static final class Watched<T> {
        private final List<T> values = new ArrayList<>();
        private boolean completed;
        private final Disposable subscription;

        Watched(Mono<T> mono) {
            subscription = mono.subscribe(
                    values::add,
                    error -> {
                        throw new AssertionError(error);
                    },
                    () -> completed = true);
        }
    }

    private Watched<Position> append(ChangeBatch batch) {
        return new Watched<>(journal.append(batch));
    }

    private static ChangeBatch take(JournalReader reader) {
        Watched<ChangeBatch> taken = new Watched<>(reader.next(1));
        assertThat(taken.values).hasSize(1);
        return taken.values.get(0);
    }

    /** Takes, writes and, if told so, makes durable. */
    private static void write(JournalReader reader, boolean durable) {
        ChangeBatch batch = take(reader);
        reader.written(batch.last());
        if (durable) {
            reader.durable(batch.last());
        }
    }

    @Test
    void aLaneThatWaitsGetsTheBatchAsItIsAppended() {
        JournalReader reader = journal.reader(START);
        Watched<ChangeBatch> next = new Watched<>(reader.next(1_000));
        assertThat(next.values).isEmpty();

        ChangeBatch batch = Batches.transaction(1);
        assertThat(append(batch).completed).isTrue();
        assertThat(next.values).containsExactly(batch);
    }

    @Test
    void whatArrivedMeanwhileIsJoinedUpToTheLimit() {
        Journal roomy = new Journal(100 * BATCH, START);
        JournalReader reader = roomy.reader(START);
        for (int number = 1; number <= 4; number++) {
            new Watched<>(roomy.append(Batches.transaction(number)));
        }
        Watched<ChangeBatch> three = new Watched<>(reader.next(3 * BATCH));
        assertThat(three.values.get(0).last()).isEqualTo(Batches.end(3));
        assertThat(three.values.get(0).size()).isEqualTo(3);
    }

    @Test
    void theSourceWaitsUntilTheSlowestLaneHasWritten() {
        JournalReader fast = journal.reader(START);
        JournalReader slow = journal.reader(START);
        append(Batches.transaction(1));
        append(Batches.transaction(2));
        Watched<Position> third = append(Batches.transaction(3));
        assertThat(third.completed).isFalse();

        for (int i = 0; i < 3; i++) {
            write(fast, true);
        }
        assertThat(third.completed).isFalse();
        write(slow, false);
        assertThat(third.values).containsExactly(Batches.end(3));
    }

    @Test
    void aBatchThatIsDurableEverywhereIsForgottenAtOnce() {
        JournalReader reader = journal.reader(START);
        append(Batches.transaction(1));
        write(reader, false);
        assertThat(journal.bytes()).isEqualTo(BATCH);
        reader.durable(Batches.end(1));
        assertThat(journal.bytes()).isZero();
        assertThat(journal.durable()).isEqualTo(Batches.end(1));
    }

    @Test
    void whatSomeLaneHasDurablyIsTheLeastOfAll() {
        JournalReader one = journal.reader(START);
        JournalReader other = journal.reader(Batches.end(5));
        append(Batches.transaction(1));
        assertThat(journal.durable()).isEqualTo(START);
        write(one, true);
        assertThat(journal.durable()).isEqualTo(Batches.end(1));
        one.durable(Batches.end(9));
        assertThat(journal.durable()).as("not past what was read").isEqualTo(Batches.end(1));
        assertThat(other.isCaughtUp()).isFalse();
    }

    @Test
    void aLaneThatIsAheadLeavesOutWhatItHas() {
        JournalReader ahead = journal.reader(Batches.change(2, 1));
        journal.reader(START);
        Watched<ChangeBatch> next = new Watched<>(ahead.next(1));
        append(Batches.transaction(1));
        assertThat(next.values).isEmpty();
        append(Batches.transaction(2));
        assertThat(next.values.get(0).isEmpty()).isTrue();
        assertThat(next.values.get(0).last()).isEqualTo(Batches.end(2));
    }

    @Test
    void leavingOutMakesRoomForTheSource() {
        JournalReader ahead = journal.reader(Batches.end(9));
        append(Batches.transaction(1));
        append(Batches.transaction(2));
        Watched<Position> third = append(Batches.transaction(3));
        assertThat(third.completed).isFalse();

        Watched<ChangeBatch> next = new Watched<>(ahead.next(1_000));
        assertThat(next.values).isEmpty();
        assertThat(third.completed).isTrue();
    }

    @Test
    void aLaneGoesBackWithinWhatIsHeld() {
        JournalReader reader = journal.reader(START);
        append(Batches.transaction(1));
        append(Batches.transaction(2));
        write(reader, false);
        take(reader);
        reader.rewind(START);
        assertThat(take(reader).last()).isEqualTo(Batches.end(1));
        reader.rewind(Batches.end(1));
        assertThat(take(reader).last()).isEqualTo(Batches.end(2));
    }

    @Test
    void whatWasGivenUpEarlyIsReadAgainForTheLaneThatNeedsItAndNoOther() {
        JournalReader failing = journal.reader(START);
        JournalReader other = journal.reader(START);
        Watched<Void> reread = new Watched<>(journal.rereadNeeded());
        List<ChangeBatch> pieces = Batches.pieces(1, 6);
        for (ChangeBatch piece : pieces.subList(0, 5)) {
            append(piece);
            write(failing, false);
            write(other, false);
        }
        assertThat(journal.bytes()).isLessThanOrEqualTo(2 * BATCH);
        assertThat(reread.completed).isFalse();

        failing.rewind(START);
        assertThat(reread.completed).isTrue();
        assertThat(append(pieces.get(5)).completed)
                .as("a late batch is dropped")
                .isTrue();
        assertThat(journal.bytes()).isZero();
        assertThat(journal.resume()).isEqualTo(START);

        Watched<Void> again = new Watched<>(journal.rereadNeeded());
        List<Position> gotByOther = new ArrayList<>();
        for (ChangeBatch piece : pieces) {
            append(piece);
            assertThat(take(failing).last()).isEqualTo(piece.last());
            failing.written(piece.last());
            Watched<ChangeBatch> next = new Watched<>(other.next(1));
            next.values.forEach(batch -> gotByOther.add(batch.last()));
            next.subscription.dispose();
        }
        assertThat(gotByOther).containsExactly(Batches.end(1));
        assertThat(again.completed).isFalse();
    }

    @Test
    void aRereadThatWasAskedForBeforeAnybodyListenedIsNotLost() {
        JournalReader reader = journal.reader(START);
        for (ChangeBatch piece : Batches.pieces(1, 5)) {
            append(piece);
            write(reader, false);
        }
        reader.rewind(START);
        assertThat(new Watched<>(journal.rereadNeeded()).completed).isTrue();
        assertThat(journal.resume()).isEqualTo(START);
        assertThat(new Watched<>(journal.rereadNeeded()).completed).isFalse();
    }

    @Test
    void twoLanesThatGoBackAreBothServedFromTheEarlierPosition() {
        JournalReader one = journal.reader(START);
        JournalReader two = journal.reader(START);
        append(Batches.transaction(1));
        write(one, true);
        write(two, true);
        for (ChangeBatch piece : Batches.pieces(2, 5)) {
            append(piece);
            write(one, false);
            write(two, false);
        }
        one.rewind(Batches.change(2, 1));
        two.rewind(Batches.end(1));
        assertThat(journal.resume()).isEqualTo(Batches.end(1));
    }

    @Test
    void aNewSubscriptionDoesNotGetInWhileThereIsNoRoom() {
        JournalReader reader = journal.reader(START);
        append(Batches.transaction(1));
        append(Batches.transaction(2));
        Watched<Position> third = append(Batches.transaction(3));
        for (int reconnect = 0; reconnect < 5; reconnect++) {
            third.subscription.dispose();
            assertThat(journal.resume()).isEqualTo(Batches.end(3));
            assertThat(append(ChangeBatch.unmoved(Batches.end(3))).completed).isTrue();
            third = append(Batches.transaction(4));
            assertThat(third.completed).isFalse();
            assertThat(journal.bytes()).isEqualTo(3 * BATCH);
            assertThat(journal.tail()).isEqualTo(Batches.end(3));
        }
        write(reader, true);
        write(reader, true);
        assertThat(third.completed).isTrue();
        assertThat(journal.tail()).isEqualTo(Batches.end(4));
    }

    @Test
    void aBatchThatMovesNothingWakesNobody() {
        JournalReader reader = journal.reader(START);
        Watched<ChangeBatch> next = new Watched<>(reader.next(1));
        Watched<Position> appended = append(ChangeBatch.unmoved(START));
        assertThat(appended.completed).isTrue();
        assertThat(appended.values).isEmpty();
        assertThat(next.values).isEmpty();
        assertThat(journal.bytes()).isZero();
        append(ChangeBatch.progress(Batches.end(1)));
        assertThat(next.values).hasSize(1);
    }

    @Test
    void aSourceThatGoesBackIsAnError() {
        journal.reader(START);
        append(Batches.transaction(2));
        List<Throwable> errors = new ArrayList<>();
        journal.append(Batches.transaction(1)).subscribe(position -> {}, errors::add);
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0)).hasMessageContaining("went back");
    }

    @Test
    void aFinishedJournalIsReadToItsEnd() {
        JournalReader reader = journal.reader(START);
        append(Batches.transaction(1));
        journal.finish();
        assertThat(reader.isFinished()).isFalse();
        write(reader, true);
        assertThat(reader.isFinished()).isTrue();
        Watched<ChangeBatch> end = new Watched<>(reader.next(1));
        assertThat(end.completed).isTrue();
        assertThat(end.values).isEmpty();
    }

    @Test
    void aLaneThatGoesBackTooFarInADrainTakesNothingFromTheOthers() {
        JournalReader failing = journal.reader(START);
        JournalReader other = journal.reader(START);
        for (ChangeBatch piece : Batches.pieces(1, 5)) {
            append(piece);
            write(failing, false);
            write(other, false);
        }
        append(Batches.transaction(2));
        journal.finish();
        failing.rewind(START);
        assertThat(failing.isFinished()).isTrue();
        assertThat(other.isFinished()).isFalse();
        assertThat(take(other).last()).isEqualTo(Batches.end(2));
    }

    @Test
    void aLaneThatNoLongerWaitsIsNotServed() {
        JournalReader reader = journal.reader(START);
        Watched<ChangeBatch> gone = new Watched<>(reader.next(1));
        gone.subscription.dispose();
        append(Batches.transaction(1));
        assertThat(gone.values).isEmpty();
        assertThat(take(reader).last()).isEqualTo(Batches.end(1));
    }

    @Test
    void lagCountsFromTheOldestCommitThatIsNotWritten() {
        JournalReader reader = journal.reader(START);
        assertThat(reader.oldestUnwrittenCommitMicros()).isEqualTo(-1);
        append(Batches.transaction(1));
        append(Batches.transaction(2));
        assertThat(reader.oldestUnwrittenCommitMicros()).isEqualTo(1_000);
        write(reader, false);
        assertThat(reader.oldestUnwrittenCommitMicros()).isEqualTo(2_000);
    }

    @Test
    void aReaderCannotStartBeforeTheJournal() {
        assertThatThrownBy(() -> journal.reader(Position.NONE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSinkCannotGoBackBehindWhatWasDurable() {
        JournalReader reader = journal.reader(START);
        append(Batches.transaction(1));
        write(reader, true);
        assertThatThrownBy(() -> reader.rewind(START)).isInstanceOf(IllegalStateException.class);
    }
}
