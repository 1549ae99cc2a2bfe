package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.flow.Holdings.Followed;
import dev.sluice.engine.flow.Holdings.Work;
import dev.sluice.engine.source.TableCopy;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private static final Relation T = ModelServer.TABLES.get(0);
    private static final Relation OTHER = ModelServer.TABLES.get(1);
    private static final Position START = Position.boundary(100);
    private static final Position LATER = Position.boundary(200);

    private static CopiedChunk pages(int number, int count, Position readAt) {
        return CopiedChunk.of(T, new CopyChunk(number, count), readAt);
    }

    private static CopiedChunk keys(int number, @Nullable Long from, @Nullable Long to, Position readAt) {
        return CopiedChunk.of(T, new CopyChunk(number, number, new KeyRange("key", from, to, 1)), readAt);
    }

    private static List<TableCopy> inPages(Relation table, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> new TableCopy(table, new CopyChunk(number, count), 10, 100))
                .toList();
    }

    private static List<TableCopy> inKeys(long file, long... bounds) {
        return IntStream.rangeClosed(0, bounds.length)
                .mapToObj(i ->
                        new KeyRange("key", i == 0 ? null : bounds[i - 1], i == bounds.length ? null : bounds[i], file))
                .map(range -> new TableCopy(T, new CopyChunk(1, 1, range), 10, 100))
                .toList();
    }

    private static Holdings filling(CopiedChunk... chunks) {
        return new Holdings(List.of(chunks), START, Followed.FROM_THE_START);
    }

    @Test
    void aTableIsHeldWhenAllItsPagesAreOfOneSnapshot() {
        assertThat(filling(pages(1, 2, START), pages(2, 2, START)).hold(T)).isTrue();
        assertThat(filling(pages(1, 2, START)).hold(T)).isFalse();
        assertThat(filling(pages(1, 2, START), pages(2, 2, LATER)).hold(T)).isFalse();
        assertThat(filling().hold(T)).isFalse();
    }

    @Test
    void aTableIsHeldWhenKeyRangesOfAnySnapshotsCoverIt() {
        assertThat(filling(keys(1, null, 5L, START), keys(2, 5L, null, LATER)).hold(T))
                .isTrue();
        assertThat(filling(keys(1, null, 5L, START), keys(2, 6L, null, LATER)).hold(T))
                .isFalse();
        assertThat(filling(keys(1, null, 5L, START), pages(2, 2, START)).hold(T))
                .isFalse();
    }

    @Test
    void whatWasReadBeforeTheStreamGoesOnCountsOnlyForALaneThatHasStreamedSince() {
        Position before = Position.boundary(50);
        assertThat(filling(pages(1, 1, before)).hold(T)).isFalse();
        assertThat(new Holdings(List.of(pages(1, 1, before)), START, Followed.SINCE).hold(T))
                .isTrue();
        CopiedChunk part = keys(1, null, 5L, before);
        assertThat(filling(part).without(inKeys(1, 3)).kept()).isEmpty();
        assertThat(new Holdings(List.of(part), START, Followed.SINCE)
                        .without(inKeys(1, 3))
                        .kept())
                .containsExactly(part);
    }

    @Test
    void whatIsHeldOfTablesThatAreNotFollowedIsKnownUntilTheStreamHasPassedAndIsNoPartOfTheRest() {
        CopiedChunk held = CopiedChunk.of(T, CopyChunk.WHOLE, LATER);
        CopiedChunk renamed = new CopiedChunk(T.oid(), "old", "name", CopyChunk.WHOLE, LATER);
        CopiedChunk namesake = new CopiedChunk(99, T.schema(), T.name(), CopyChunk.WHOLE, LATER);
        CopiedChunk other = CopiedChunk.of(OTHER, CopyChunk.WHOLE, LATER);
        Holdings followed = filling(held, renamed, namesake, other).of(List.of(T));

        assertThat(followed.recorded()).containsExactly(held, renamed, namesake);
        assertThat(followed.gone()).containsExactly(other);
        assertThat(followed.everCopied()).contains(other, held);
        assertThat(followed.without(inPages(OTHER, 2)).kept()).doesNotContain(other);
        assertThat(followed.without(inPages(OTHER, 2)).missing()).hasSize(2);
    }

    @Test
    void aTableThatWasMadeAnewUnderItsNameIsNotHeld() {
        CopiedChunk old = new CopiedChunk(1, T.schema(), T.name(), CopyChunk.WHOLE, START);
        Holdings holdings = filling(old);
        assertThat(holdings.hold(T)).isFalse();
        assertThat(holdings.without(inPages(T, 2))).isEqualTo(new Work(inPages(T, 2), List.of(), List.of(T)));
    }

    @Test
    void aTableThatIsHeldInPartByPagesIsReadWhole() {
        assertThat(filling(pages(1, 2, START)).without(inPages(T, 3)))
                .isEqualTo(new Work(inPages(T, 3), List.of(), List.of(T)));
    }

    @Test
    void ofATableThatIsHeldInPartByKeysOnlyTheRestIsRead() {
        List<CopiedChunk> held = List.of(keys(2, 10L, 20L, START), keys(4, 40L, null, LATER));
        Work work = new Holdings(held, START, Followed.FROM_THE_START).without(inKeys(1, 15, 30));

        assertThat(work.kept()).isEqualTo(held);
        assertThat(work.missing())
                .extracting(copy -> copy.chunk().number() + " of "
                        + copy.chunk().count() + " " + copy.chunk().range())
                .containsExactly("5 of 7 [,10) 1 key", "6 of 7 [20,30) 1 key", "7 of 7 [30,40) 1 key");
    }

    @Test
    void aTableThatWasEmptiedOrRewrittenSinceIsReadWhole() {
        List<TableCopy> plan = inKeys(2, 15);
        assertThat(filling(keys(1, null, 5L, START)).without(plan)).isEqualTo(new Work(plan, List.of(), List.of(T)));
    }

    @Test
    void withoutAStreamChunksOfSeveralSnapshotsAreNoTable() {
        CopiedChunk first = keys(1, null, 5L, START);
        CopiedChunk other = CopiedChunk.of(OTHER, CopyChunk.WHOLE, START);
        assertThat(notFollowed(first, keys(2, 5L, null, LATER)).hold(T)).isFalse();
        assertThat(notFollowed(first, keys(2, 5L, null, START)).hold(T)).isTrue();
        assertThat(notFollowed(first, other).without(inKeys(1, 15)))
                .isEqualTo(new Work(inKeys(1, 15), List.of(other), List.of(T)));
    }

    @Test
    void aTableOfWhichNothingCountsIsReadAnew() {
        CopiedChunk held = keys(1, null, null, START);
        CopiedChunk other = CopiedChunk.of(OTHER, CopyChunk.WHOLE, START);
        Holdings voided = filling(held, other).voiding(Set.of(T.oid()));
        Work work = voided.without(inKeys(1, 15));

        assertThat(voided.hold(T)).isFalse();
        assertThat(voided.hold(OTHER)).isTrue();
        assertThat(voided.begun()).isEmpty();
        assertThat(voided.everCopied()).containsExactly(other);
        assertThat(work).isEqualTo(new Work(inKeys(1, 15), List.of(other), List.of(T)));
        assertThat(voided.with(work, List.of(held)).hold(T)).isTrue();
        Holdings nothing = filling().voiding(Set.of(T.oid()));
        assertThat(nothing.with(nothing.without(inKeys(1, 15)), List.of(held)).hold(T))
                .isTrue();
    }

    private static Holdings notFollowed(CopiedChunk... chunks) {
        return new Holdings(List.of(chunks), START, Followed.NEVER);
    }

    @Test
    void whatIsLeftOfATableThatIsGoneIsGivenUpAndWholeTablesStay() {
        CopiedChunk whole = CopiedChunk.of(OTHER, CopyChunk.WHOLE, START);
        assertThat(filling(pages(1, 2, START), whole).without(List.of()))
                .isEqualTo(new Work(List.of(), List.of(whole), List.of()));
    }
}
