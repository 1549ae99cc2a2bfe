package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.Transaction;
import dev.sluice.engine.sink.ShapeListener;
import dev.sluice.engine.sink.Sink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class ShapeWatchTest {
    private static final byte[] TUPLE = {0, 1, 't', 0, 0, 0, 1, 'x'};
    private static final Relation T = table(1, "t", "id");
    private static final Relation WIDER = table(1, "t", "id", "note");
    private static final Relation WIDEST = table(1, "t", "id", "note", "more");
    private static final Relation OTHER = table(2, "other", "id");

    private final List<String> seen = new ArrayList<>();
    private final List<ShapeChange> noticed = new ArrayList<>();
    private final ModelStore store = new ModelStore(new Random(1), position -> {});
    private boolean refusing;
    private ShapeWatch watch = watch(new Listener());

    private static Relation table(long oid, String name, String... columns) {
        List<Column> all = new ArrayList<>();
        for (String column : columns) {
            all.add(new Column(
                    column, new DataType.Base(25, "pg_catalog", "text"), -1, "text", all.isEmpty(), false, all.size()));
        }
        return new Relation(oid, "public", name, ReplicaIdentity.DEFAULT, all);
    }

    private ShapeWatch watch(Sink sink) {
        return new ShapeWatch(
                "shop",
                "lines",
                sink,
                new StateAccess(store, Schedulers.immediate()),
                Schedulers.immediate(),
                noticed::add);
    }

    /** Says in which order it is told what. */
    private final class Listener implements ShapeListener {
        @Override
        public boolean wantsShapes() {
            return true;
        }

        @Override
        public Mono<Void> altered(ShapeChange change) {
            return Mono.fromRunnable(() -> {
                seen.add("altered at " + change.position());
                if (refusing) {
                    throw new IllegalStateException("refused");
                }
            });
        }

        @Override
        public Mono<Position> open(SourceIdentity source) {
            return Mono.just(Position.NONE);
        }

        @Override
        public Mono<Position> write(ChangeBatch batch) {
            return ShapeWatchTest.this.write(batch);
        }

        @Override
        public Mono<Void> close() {
            return Mono.empty();
        }
    }

    private Mono<Position> write(ChangeBatch batch) {
        return Mono.fromSupplier(() -> {
            seen.add(batch.size() + " to " + batch.last());
            return batch.last();
        });
    }

    /** One transaction with a change for each of these. */
    private static ChangeBatch commit(long lsn, Relation... relations) {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(10_000);
        builder.begin(new Transaction(1, lsn, 0));
        for (Relation relation : relations) {
            builder.add(Operation.INSERT, relation, OldTuple.NONE, TUPLE, 0, 0, 0, TUPLE.length);
        }
        builder.boundary(lsn + 1);
        return builder.build();
    }

    private void pass(ChangeBatch... batches) {
        Arrays.stream(batches)
                .forEach(batch ->
                        assertThat(watch.write(batch, this::write).block()).isEqualTo(batch.last()));
    }

    @Test
    void aBatchIsCutWhereATableHasAnotherShapeAndTheSinkIsToldThere() {
        pass(commit(16, T, OTHER), commit(32, T, T, OTHER, WIDER, WIDER, WIDEST, OTHER));
        assertThat(seen)
                .containsExactly(
                        "2 to 0/11",
                        "3 to 0/20:3",
                        "altered at 0/20:4",
                        "2 to 0/20:5",
                        "altered at 0/20:6",
                        "2 to 0/21");
        assertThat(noticed)
                .extracting(ShapeChange::differences)
                .containsExactly("column note added", "column more added");
    }

    @Test
    void whatWasAlteredDuringAStopIsToldAndWhatWasToldIsNotToldAgain() {
        pass(commit(16, T, OTHER));
        watch = watch(new Listener());
        pass(commit(32, WIDER), commit(48, WIDER, OTHER));
        watch = watch(new Listener());
        pass(commit(64, WIDER));
        assertThat(noticed).hasSize(1);
        assertThat(noticed.get(0).position()).isEqualTo(new Position(32, 1));
    }

    @Test
    void changesThatComeAgainInTheirEarlierShapeAreNoAlteration() {
        ChangeBatch old = commit(16, T);
        ChangeBatch altered = commit(32, T, WIDER);
        pass(old, altered);
        watch = watch(new Listener());
        pass(old, altered, commit(48, WIDER));
        assertThat(noticed).hasSize(1);
    }

    @Test
    void whatTheSinkHasNotTakenIsToldAgain() {
        pass(commit(16, T));
        refusing = true;
        assertThatThrownBy(() -> pass(commit(32, WIDER))).hasMessage("refused");
        assertThat(noticed).isEmpty();
        refusing = false;
        pass(commit(32, WIDER));
        assertThat(seen).containsExactly("1 to 0/11", "altered at 0/20:1", "altered at 0/20:1", "1 to 0/21");
    }

    @Test
    void aTableThatIsMadeAnewIsToldAsAnAlterationOfTheOneOfItsName() {
        pass(commit(16, T), commit(32, table(3, "t", "id")), commit(48, table(1, "t_old", "id")));
        assertThat(noticed).extracting(ShapeChange::differences).containsExactly("made anew");
        assertThat(store.shapes("shop", "lines"))
                .extracting(known -> known.shape().displayName())
                .containsExactlyInAnyOrder("public.t", "public.t_old");
    }

    @Test
    void rowsThatAreCopiedInAnotherShapeAreToldOfBefore() {
        watch.copying(T, Position.boundary(16)).block();
        watch.copying(T, Position.boundary(16)).block();
        watch = watch(new Listener());
        watch.copying(WIDER, Position.boundary(32)).block();
        watch.copying(table(5, "t", "id"), Position.boundary(48)).block();
        pass(commit(64, table(5, "t", "id")));
        assertThat(seen).containsExactly("altered at 0/20", "altered at 0/30", "1 to 0/41");
        assertThat(noticed)
                .extracting(ShapeChange::differences)
                .containsExactly("column note added", "made anew; column note dropped");
    }

    @Test
    void aNameThatChangesItsTableIsNoAlterationWhenItComesAgain() {
        ChangeBatch both = commit(16, T, table(3, "t", "id"));
        pass(both);
        pass(both);
        watch = watch(new Listener());
        pass(both);
        assertThat(noticed).hasSize(1);
    }

    @Test
    void forASinkThatDoesNotWantToKnowItIsNoticedAndNothingIsRemembered() {
        watch = watch(new ScriptedSink());
        pass(commit(16, T), commit(32, T, WIDER));
        assertThat(noticed).hasSize(1);
        assertThat(store.shapes("shop", "lines")).isEmpty();
    }
}
