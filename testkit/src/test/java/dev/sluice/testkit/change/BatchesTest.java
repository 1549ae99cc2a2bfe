package dev.sluice.testkit.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final Relation T = Batches.relation("public", "t")
            .key("id", "int4")
            .column("name", "text")
            .build();

    @Test
    void whatIsWrittenDownIsReadBack() {
        List<RecordedChange> changes = RecordedChange.of(Batches.batch()
                .begin(700, 0x100)
                .insert(T, "1", null)
                .update(T, "1", Batches.ABSENT)
                .updateKey(T, Batches.tuple("1", null), Batches.tuple("2", "ü"))
                .delete(T, "2", null)
                .truncate(T)
                .commit(0x180)
                .build());
        assertThat(changes)
                .extracting(RecordedChange::operation)
                .containsExactly(
                        Operation.INSERT, Operation.UPDATE, Operation.UPDATE, Operation.DELETE, Operation.TRUNCATE);
        assertThat(changes.get(0).row()).containsEntry("name", null);
        assertThat(changes.get(1).row()).doesNotContainKey("name");
        assertThat(changes.get(2).old()).containsEntry("id", "1");
        assertThat(changes.get(2).value("name")).isEqualTo("ü");
        assertThat(changes.get(4).position()).isEqualTo(new Position(0x100, 5));
    }

    @Test
    void copiedRowsAreEscaped() {
        String odd = "a\tb\nc\\N\\d\r\b\f\u000B";
        List<RecordedChange> rows = RecordedChange.of(Batches.copy(T, Position.boundary(0x50))
                .row("1", odd)
                .row("2", null)
                .build());
        assertThat(rows.get(0).value("name")).isEqualTo(odd);
        assertThat(rows.get(1).row()).containsEntry("name", null);
    }
}
