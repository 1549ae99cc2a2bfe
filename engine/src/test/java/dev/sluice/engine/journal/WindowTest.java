package dev.sluice.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void numbersAndBytesStayRightWhateverIsAddedAndRemoved() {
        Window window = new Window();
        ArrayDeque<ChangeBatch> model = new ArrayDeque<>();
        Random random = new Random(11);
        long first = 0;
        for (int step = 1; step <= 30_000; step++) {
            int growing = step / 5_000 % 2 == 0 ? 6 : 3;
            if (random.nextInt(10) < growing || model.isEmpty()) {
                ChangeBatch batch = Batches.transaction(step);
                window.add(batch);
                model.add(batch);
            } else if (random.nextInt(4_000) == 0) {
                first += model.size();
                model.clear();
                window.clear();
            } else {
                assertThat(window.removeOldest()).isSameAs(model.poll());
                first++;
            }
            assertThat(window.firstNumber()).isEqualTo(first);
            assertThat(window.endNumber()).isEqualTo(first + model.size());
            assertThat(window.isEmpty()).isEqualTo(model.isEmpty());
            if (!model.isEmpty()) {
                assertThat(window.oldest()).isSameAs(model.peek());
                assertThat(window.get(window.endNumber() - 1)).isSameAs(model.peekLast());
            }
        }
        assertThat(window.bytes())
                .isEqualTo(model.stream().mapToLong(ChangeBatch::sizeInBytes).sum());
    }

    @Test
    void whatIsTakenIsAtLeastOneBatchAndOtherwiseFits() {
        Window window = new Window();
        List<ChangeBatch> batches = new ArrayList<>();
        for (int number = 1; number <= 5; number++) {
            batches.add(Batches.transaction(number));
            window.add(batches.get(number - 1));
        }
        long size = batches.get(0).sizeInBytes();

        assertThat(window.from(0, 1)).containsExactly(batches.get(0));
        assertThat(window.from(1, 2 * size)).containsExactly(batches.get(1), batches.get(2));
        assertThat(window.from(3, Long.MAX_VALUE)).containsExactly(batches.get(3), batches.get(4));
        assertThat(window.from(5, Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void theFirstBatchAfterAPositionReachesPastIt() {
        Window window = new Window();
        Batches.pieces(1, 3).forEach(window::add);
        window.add(Batches.transaction(2));

        assertThat(window.firstAfter(Batches.change(0, 1))).isZero();
        assertThat(window.firstAfter(Batches.change(1, 1))).isEqualTo(1);
        assertThat(window.firstAfter(Batches.end(1))).isEqualTo(3);
        assertThat(window.firstAfter(Batches.end(2))).isEqualTo(4);
    }
}
