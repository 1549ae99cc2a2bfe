package dev.sluice.engine.flow;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The chunks of one table that a lane holds: all by key, which are found by key, or none. Immutable. */
final class HeldTable {
    private final List<CopiedChunk> chunks;
    private final boolean growing;
    /** Where the ranges begin, in ascending order; empty for pages. */
    private final long[] begins;

    private final Position oldest;

    /** @param growing whether more of it is going to be read */
    HeldTable(List<CopiedChunk> held, boolean growing) {
        this.growing = growing;
        boolean byKey =
                !held.isEmpty() && held.stream().allMatch(chunk -> chunk.chunk().range() != null);
        this.chunks = byKey
                ? held.stream()
                        .sorted(Comparator.comparingLong(HeldTable::begin))
                        .toList()
                : held;
        this.begins = byKey ? chunks.stream().mapToLong(HeldTable::begin).toArray() : new long[0];
        this.oldest =
                held.stream().map(CopiedChunk::readAt).reduce(Position::min).orElse(Position.NONE);
    }

    private static long begin(CopiedChunk chunk) {
        KeyRange range = chunk.chunk().range();
        return range == null || range.from() == null ? Long.MIN_VALUE : range.from();
    }

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    boolean isGrowing() {
        return growing;
    }

    boolean isByKey() {
        return begins.length > 0;
    }

    /** The column by which {@link #holds(long, Position)} asks. */
    String keyColumn() {
        KeyRange range = chunks.get(0).chunk().range();
        return range == null ? "" : range.column();
    }

    /** Whether all of it was read at or after a position. */
    boolean holdsAll(Position position) {
        return !position.isAfter(oldest);
    }

    /** Whether none of it was. */
    boolean holdsNothing(Position position) {
        return chunks.stream().allMatch(chunk -> position.isAfter(chunk.readAt()));
    }

    /** Whether what was committed at a position to the row of a key is there, or is going to be read. */
    boolean holds(long key, Position position) {
        int place = Arrays.binarySearch(begins, key);
        int at = place >= 0 ? place : -place - 2;
        if (at >= 0) {
            CopiedChunk chunk = chunks.get(at);
            KeyRange range = chunk.chunk().range();
            if (range != null && range.contains(key)) {
                return !position.isAfter(chunk.readAt());
            }
        }
        return growing;
    }
}
