package dev.sluice.engine.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.TableShape.ShapeColumn;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeChangeTest {
    private static final ShapeColumn ID = new ShapeColumn(1, "id", "integer", true);
    private static final ShapeColumn NOTE = new ShapeColumn(2, "note", "text", false);

    private static TableShape orders(ShapeColumn... columns) {
        return new TableShape(1, "public", "orders", List.of(columns));
    }

    private static String differences(TableShape before, TableShape after) {
        return new ShapeChange(before, after, Position.boundary(1), null).differences();
    }

    @Test
    void columnsAreFollowedByTheirNumbersAndWithoutThemByTheirNames() {
        assertThat(differences(orders(ID, NOTE), orders(ID, new ShapeColumn(2, "remark", "text", false))))
                .isEqualTo("column note renamed to remark");
        assertThat(differences(orders(ID, NOTE), orders(ID, new ShapeColumn(3, "note", "text", false))))
                .isEqualTo("column note added; column note dropped");
        assertThat(differences(orders(ID, NOTE), orders(ID, new ShapeColumn(0, "note", "citext", false))))
                .isEqualTo("column note is citext, was text");
        assertThat(differences(orders(ID), orders(ID, NOTE))).isEqualTo("column note added");
        assertThat(differences(orders(ID, NOTE), orders(NOTE, ID))).isEqualTo("columns in another order");
    }

    @Test
    void namesAndKeysOfTablesAreToldToo() {
        TableShape renamed = new TableShape(1, "sales", "orders", List.of(ID));
        assertThat(differences(orders(ID), renamed)).isEqualTo("renamed from public.orders");
        TableShape anew = new TableShape(2, "public", "orders", List.of(ID));
        assertThat(differences(orders(ID), anew)).isEqualTo("made anew");
        assertThat(differences(orders(ID, NOTE), orders(ID, new ShapeColumn(2, "note", "text", true))))
                .isEqualTo("its key is (id, note), was (id)");
    }

    @Test
    void numbersThatAreNotKnownMakeNoDifference() {
        assertThat(orders(ID, NOTE).isLike(orders(ID, new ShapeColumn(0, "note", "text", false))))
                .isTrue();
        assertThat(orders(ID, NOTE).isLike(orders(ID, new ShapeColumn(3, "note", "text", false))))
                .isFalse();
        assertThat(orders(ID, NOTE).isLike(orders(ID))).isFalse();
    }
}
