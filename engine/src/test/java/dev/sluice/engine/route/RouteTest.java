package dev.sluice.engine.route;

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
import dev.sluice.engine.change.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RouteTest {
    private static final byte[] TUPLE = {0, 3, 'n', 'n', 'n'};
    private static final Relation ORDERS = table("public", "orders");
    private static final Relation AUDIT = table("public", "audit_log");

    private static Relation table(String schema, String name) {
        DataType text = new DataType.Base(25, "pg_catalog", "text");
        return new Relation(
                1,
                schema,
                name,
                ReplicaIdentity.DEFAULT,
                List.of(
                        new Column("id", text, -1, "text", true, true, 0),
                        new Column("name", text, -1, "text", false, false, 1),
                        new Column("password", text, -1, "text", false, false, 2)));
    }

    private static ChangeBatch batch(Relation... tables) {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(10_000);
        builder.begin(new Transaction(1, 100, 1));
        for (Relation table : tables) {
            for (Operation operation : List.of(Operation.INSERT, Operation.UPDATE, Operation.DELETE)) {
                boolean delete = operation == Operation.DELETE;
                OldTuple old = delete ? OldTuple.KEY : OldTuple.NONE;
                builder.add(operation, table, old, TUPLE, 0, TUPLE.length, 0, delete ? 0 : TUPLE.length);
            }
            builder.add(Operation.TRUNCATE, table, OldTuple.NONE, TUPLE, 0, 0, 0, 0);
        }
        builder.boundary(150);
        return builder.build();
    }

    private static List<String> changes(ChangeBatch batch) {
        return IntStream.range(0, batch.size())
                .mapToObj(i -> batch.operation(i) + " " + batch.relation(i).name())
                .toList();
    }

    private static List<String> columns(Relation relation) {
        return relation.columns().stream().map(Column::name).toList();
    }

    @Test
    void everythingPassesUntouched() {
        ChangeBatch batch = batch(ORDERS, AUDIT);
        assertThat(Route.everything().apply(batch)).isSameAs(batch);
    }

    @Test
    void otherTablesAreLeftOutAndThePositionMovesAllTheSame() {
        Route route = Route.of(new RouteConfig(List.of("public.*", "!public.audit_*"), null, null));
        ChangeBatch routed = route.apply(batch(AUDIT, ORDERS));
        assertThat(changes(routed))
                .containsExactly("INSERT orders", "UPDATE orders", "DELETE orders", "TRUNCATE orders");
        assertThat(routed.position(0)).isEqualTo(new Position(100, 5));

        ChangeBatch nothing = route.apply(batch(AUDIT));
        assertThat(nothing.isEmpty()).isTrue();
        assertThat(nothing.last()).isEqualTo(Position.boundary(150));
        assertThat(nothing.lastBoundary()).isEqualTo(Position.boundary(150));
    }

    @Test
    void onlyTheOperationsAskedForPass() {
        Route route = Route.of(new RouteConfig(null, List.of("Insert", "delete"), null));
        assertThat(changes(route.apply(batch(ORDERS)))).containsExactly("INSERT orders", "DELETE orders");
        assertThatThrownBy(() -> Route.of(new RouteConfig(null, List.of("upsert"), null)))
                .hasMessageContaining("upsert")
                .hasMessageContaining("truncate");
    }

    @Test
    void columnsAreLeftOutButNeverAKey() {
        Route route = Route.of(new RouteConfig(null, null, Map.of("public.orders", List.of("*", "!password", "!id"))));
        assertThat(columns(route.shape(ORDERS))).containsExactly("id", "name");
        assertThat(route.shape(AUDIT)).isSameAs(AUDIT);
        assertThat(route.shape(ORDERS)).isSameAs(route.shape(ORDERS));
        assertThat(route.apply(batch(ORDERS)).relation(0).columns()).hasSize(2);

        Route onlyKeys = Route.of(new RouteConfig(null, null, Map.of("public.*", List.of("nothing"))));
        assertThat(columns(onlyKeys.shape(ORDERS))).containsExactly("id");
    }

    @Test
    void aTableThatIsAlteredGetsAShapeOfItsOwn() {
        Route route = Route.of(new RouteConfig(null, null, Map.of("public.*", List.of("*", "!password"))));
        Relation before = route.shape(ORDERS);
        List<Column> columns = new ArrayList<>(ORDERS.columns());
        columns.add(new Column("added", columns.get(1).type(), -1, "text", false, false, 3));
        Relation altered = new Relation(1, "public", "orders", ReplicaIdentity.DEFAULT, columns);
        assertThat(columns(route.shape(altered))).containsExactly("id", "name", "added");
        assertThat(route.shape(ORDERS)).isSameAs(before);
    }

    @Test
    void tablesThatAreCopiedAtOnceGetOneShapeEach() {
        Route route = Route.of(new RouteConfig(null, null, Map.of("public.*", List.of("*", "!password"))));
        List<Relation> tables =
                IntStream.range(0, 500).mapToObj(i -> table("public", "t" + i)).toList();
        List<List<Relation>> shapes = IntStream.range(0, 8)
                .parallel()
                .mapToObj(thread -> tables.stream().map(route::shape).toList())
                .toList();
        for (List<Relation> seen : shapes) {
            for (int i = 0; i < seen.size(); i++) {
                assertThat(seen.get(i)).isSameAs(shapes.get(0).get(i));
            }
        }
    }
}
