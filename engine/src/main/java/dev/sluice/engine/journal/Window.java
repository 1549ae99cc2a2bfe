package dev.sluice.engine.journal;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import java.util.ArrayList;
import java.util.List;

/** The batches in memory, numbered without a gap; found by number in constant time. Guarded by the journal's lock. */
final class Window {
    private static final int COMPACT_FROM = 1024;

    private final ArrayList<ChangeBatch> batches = new ArrayList<>();
    /** Places before this one are empty. */
    private int head;
    /** Number of the batch at {@code head}. */
    private long firstNumber;

    private long bytes;

    void add(ChangeBatch batch) {
        batches.add(batch);
        bytes += batch.sizeInBytes();
    }

    boolean isEmpty() {
        return head == batches.size();
    }

    long bytes() {
        return bytes;
    }

    long firstNumber() {
        return firstNumber;
    }

    /** The number that the next batch will have. */
    long endNumber() {
        return firstNumber + batches.size() - head;
    }

    ChangeBatch get(long number) {
        return batches.get(Math.toIntExact(head + number - firstNumber));
    }

    ChangeBatch oldest() {
        return batches.get(head);
    }

    ChangeBatch removeOldest() {
        ChangeBatch oldest = batches.set(head, null);
        head++;
        firstNumber++;
        bytes -= oldest.sizeInBytes();
        if (head >= COMPACT_FROM && head * 2 >= batches.size()) {
            batches.subList(0, head).clear();
            head = 0;
        }
        return oldest;
    }

    void clear() {
        firstNumber = endNumber();
        batches.clear();
        head = 0;
        bytes = 0;
    }

    /** The number of the first batch that reaches past {@code position}, or {@link #endNumber()}. */
    long firstAfter(Position position) {
        long number = firstNumber;
        while (number < endNumber() && !get(number).last().isAfter(position)) {
            number++;
        }
        return number;
    }

    /** The batches from {@code number} on: at least one if there is one, otherwise as many as fit. */
    List<ChangeBatch> from(long number, long maxBytes) {
        List<ChangeBatch> taken = new ArrayList<>();
        long size = 0;
        for (long at = number; at < endNumber(); at++) {
            ChangeBatch batch = get(at);
            size += batch.sizeInBytes();
            if (!taken.isEmpty() && size > maxBytes) {
                break;
            }
            taken.add(batch);
        }
        return taken;
    }
}
