package dev.sluice.engine.flow;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.source.TableCopy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks of which tables a lane holds, and what is left to copy.
 *
 * <p>Invariant: a chunk counts only if the stream brings every change that it does not hold. So it must have been read where
 * the lane goes on, or later; or earlier, if the lane has been streaming since. And chunks without key ranges, of which
 * nobody can say later which rows they were, count only together, as a whole table of one snapshot. Where no stream
 * follows, that goes for chunks of every kind: a row whose key was changed between two snapshots would be in the chunks of
 * both, or of none.
 */
final class Holdings {
    private final List<CopiedChunk> recorded;
    /** Of tables that are not followed any more. */
    private final List<CopiedChunk> gone;

    /** OIDs of tables of which nothing counts, so that they are copied anew. */
    private final Set<Long> voided;

    private final CopiedTables tables;
    private final Position start;
    private final Followed followed;

    /** Whether a stream brings what the chunks do not hold. */
    enum Followed {
        /** With {@code copy: only} none does. */
        NEVER,
        /** Once everything is copied. */
        FROM_THE_START,
        /** The lane has gone on with the stream since, as far as it held the tables. */
        SINCE
    }

    /**
     * @param recorded what was copied into the lane
     * @param start where the lane goes on
     */
    Holdings(List<CopiedChunk> recorded, Position start, Followed followed) {
        this(recorded, List.of(), Set.of(), start, followed);
    }

    private Holdings(
            List<CopiedChunk> recorded, List<CopiedChunk> gone, Set<Long> voided, Position start, Followed followed) {
        this.recorded = recorded;
        this.gone = gone;
        this.voided = voided;
        this.start = start;
        this.followed = followed;
        this.tables = new CopiedTables(recorded);
    }

    /**
     * What is to be copied into a lane.
     *
     * @param missing chunks to read
     * @param kept what it holds already and goes on to hold
     * @param anew tables of which it holds something that does not count any more
     */
    record Work(List<TableCopy> missing, List<CopiedChunk> kept, List<Relation> anew) {}

    /** All that is recorded, of tables that are followed. */
    List<CopiedChunk> recorded() {
        return recorded;
    }

    List<CopiedChunk> gone() {
        return gone;
    }

    /** All that counts, also of tables that are not followed any more. */
    List<CopiedChunk> everCopied() {
        return Stream.concat(recorded.stream(), gone.stream())
                .filter(chunk -> !voided.contains(chunk.relation()))
                .toList();
    }

    /** The same without what is held of some tables, by OID. */
    Holdings voiding(Set<Long> relations) {
        return new Holdings(recorded, gone, Set.copyOf(relations), start, followed);
    }

    /** Those chunks of which the stream brings every change that they do not hold. */
    List<CopiedChunk> fresh() {
        return recorded.stream().filter(this::isFresh).toList();
    }

    /** Only what is held of these tables: nobody follows the others, so that what is held of them becomes stale. */
    Holdings of(Collection<Relation> followed) {
        Set<Long> oids = followed.stream().map(Relation::oid).collect(Collectors.toSet());
        Set<String> names = followed.stream().map(Relation::displayName).collect(Collectors.toSet());
        Map<Boolean, List<CopiedChunk>> split = recorded.stream()
                .collect(Collectors.partitioningBy(
                        chunk -> oids.contains(chunk.relation()) || names.contains(chunk.displayName())));
        List<CopiedChunk> without = new ArrayList<>(gone);
        without.addAll(split.getOrDefault(false, List.of()));
        return new Holdings(split.getOrDefault(true, List.of()), without, voided, start, this.followed);
    }

    /** OIDs of tables that chunks by key can still complete. */
    Set<Long> begun() {
        return followed == Followed.NEVER
                ? Set.of()
                : recorded.stream()
                        .filter(chunk -> chunk.chunk().range() != null && isFresh(chunk))
                        .map(CopiedChunk::relation)
                        .collect(Collectors.toSet());
    }

    /** After what was missing has been copied. */
    Holdings with(Work done, List<CopiedChunk> added) {
        List<CopiedChunk> now = new ArrayList<>(done.kept());
        now.addAll(added);
        Set<Long> still = new HashSet<>(voided);
        done.missing().forEach(copy -> still.remove(copy.relation().oid())); // what was held of it is gone
        return new Holdings(now, gone, still, start, followed);
    }

    /** Whether all of the table is there; one that was made anew under its name is not. */
    boolean hold(Relation table) {
        List<CopiedChunk> chunks = tables.of(table).stream()
                .filter(chunk -> chunk.relation() == table.oid() || chunk.relation() == 0)
                .toList();
        return !voided.contains(table.oid())
                && isWhole(chunks)
                && (followed == Followed.NEVER
                        ? areOfOneSnapshot(chunks)
                        : chunks.stream().allMatch(this::isFresh));
    }

    /** What is left of a plan to read all of some tables. */
    Work without(List<TableCopy> plan) {
        Map<Relation, List<TableCopy>> planned = new LinkedHashMap<>();
        plan.forEach(copy -> planned.computeIfAbsent(copy.relation(), table -> new ArrayList<>())
                .add(copy));
        List<TableCopy> missing = new ArrayList<>();
        Set<CopiedChunk> dropped = new LinkedHashSet<>();
        List<Relation> anew = new ArrayList<>();
        planned.forEach((table, copies) -> {
            if (!hold(table)) {
                List<CopiedChunk> usable = usable(table, copies);
                dropped.addAll(tables.of(table));
                usable.forEach(dropped::remove);
                if (usable.isEmpty() && !tables.of(table).isEmpty()) {
                    anew.add(table);
                }
                missing.addAll(usable.isEmpty() ? copies : rest(copies, usable));
            }
        });
        dropped.addAll(remains(planned.keySet()));
        return new Work(
                missing,
                recorded.stream().filter(chunk -> !dropped.contains(chunk)).toList(),
                anew);
    }

    /** Parts of tables that are not there any more, or not wanted. */
    private List<CopiedChunk> remains(Set<Relation> wanted) {
        Set<Long> oids = wanted.stream().map(Relation::oid).collect(Collectors.toSet());
        Map<Long, List<CopiedChunk>> others = recorded.stream()
                .filter(chunk -> !oids.contains(chunk.relation()))
                .collect(Collectors.groupingBy(CopiedChunk::relation));
        others.remove(0L);
        return others.values().stream()
                .filter(chunks -> !isWhole(chunks))
                .flatMap(List::stream)
                .toList();
    }

    private boolean isFresh(CopiedChunk chunk) {
        return !voided.contains(chunk.relation()) && (followed == Followed.SINCE || !start.isAfter(chunk.readAt()));
    }

    private static boolean isWhole(List<CopiedChunk> chunks) {
        if (chunks.isEmpty()) {
            return false;
        }
        CopiedChunk first = chunks.get(0);
        List<KeyRange> ranges = ranges(chunks);
        if (ranges.isEmpty()) {
            return chunks.stream()
                                    .map(chunk -> chunk.chunk().number())
                                    .distinct()
                                    .count()
                            == first.chunk().count()
                    && areOfOneSnapshot(chunks);
        }
        return ranges.size() == chunks.size()
                && ranges.stream().allMatch(ranges.get(0)::isComparable)
                && KeyRange.coverEverything(ranges);
    }

    private static boolean areOfOneSnapshot(List<CopiedChunk> chunks) {
        return chunks.stream().map(CopiedChunk::readAt).distinct().count() == 1;
    }

    private static List<KeyRange> ranges(List<CopiedChunk> chunks) {
        List<KeyRange> ranges = new ArrayList<>();
        for (CopiedChunk chunk : chunks) {
            KeyRange range = chunk.chunk().range();
            if (range != null) {
                ranges.add(range);
            }
        }
        return ranges;
    }

    /** Chunks that need not be read again, though others of the table must. */
    private List<CopiedChunk> usable(Relation table, List<TableCopy> plan) {
        KeyRange planned = plan.get(0).chunk().range();
        List<CopiedChunk> chunks = tables.of(table);
        boolean usable = followed != Followed.NEVER
                && planned != null
                && chunks.stream()
                        .allMatch(chunk ->
                                isFresh(chunk) && isComparable(chunk.chunk().range(), planned));
        return usable ? chunks : List.of();
    }

    private static boolean isComparable(@Nullable KeyRange range, KeyRange planned) {
        return range != null && range.isComparable(planned);
    }

    /** What the chunks lack, numbered on from theirs. */
    private static List<TableCopy> rest(List<TableCopy> plan, List<CopiedChunk> chunks) {
        List<KeyRange> held = ranges(chunks);
        int last =
                chunks.stream().mapToInt(chunk -> chunk.chunk().number()).max().orElse(0);
        record Piece(TableCopy of, KeyRange range) {}
        List<Piece> pieces = new ArrayList<>();
        for (TableCopy copy : plan) {
            KeyRange range = copy.chunk().range();
            if (range != null) {
                range.without(held).forEach(left -> pieces.add(new Piece(copy, left)));
            }
        }
        List<TableCopy> rest = new ArrayList<>();
        for (Piece piece : pieces) {
            int number = last + rest.size() + 1;
            CopyChunk chunk = new CopyChunk(number, last + pieces.size(), piece.range());
            rest.add(new TableCopy(
                    piece.of().relation(),
                    chunk,
                    piece.of().estimatedRows(),
                    piece.of().estimatedBytes()));
        }
        return rest;
    }
}
