package dev.sluice.source.postgres.stream;

import static dev.sluice.source.postgres.pgoutput.WireBytes.begin;
import static dev.sluice.source.postgres.pgoutput.WireBytes.commit;
import static dev.sluice.source.postgres.pgoutput.WireBytes.insert;
import static dev.sluice.source.postgres.pgoutput.WireBytes.message;
import static dev.sluice.source.postgres.pgoutput.WireBytes.relation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.source.postgres.pgoutput.MalformedMessageException;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.TypeMessage;
import dev.sluice.testkit.change.RecordedChange;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeAssemblerTest {
    private static final int ITEMS = 5;
    private static final int SECRETS = 6;

    @Test
    void changesAreNumberedWithinTheirTransaction() throws SQLException {
        ChangeAssembler assembler = assembler(Position.NONE);
        accept(assembler, begin(100, 1), items(), insert(ITEMS, "1"), insert(ITEMS, "2"), commit(100, 120));
        accept(assembler, begin(130, 2), insert(ITEMS, "3"), commit(130, 150));
        ChangeBatch batch = assembler.build();
        assertThat(RecordedChange.of(batch))
                .extracting(RecordedChange::position)
                .containsExactly(new Position(100, 1), new Position(100, 2), new Position(130, 1));
        assertThat(batch.last()).isEqualTo(Position.boundary(150));
        assertThat(assembler.changes()).isEqualTo(3);
    }

    @Test
    void whatLiesAtOrBeforeAPositionInsideATransactionIsLeftOutAndCounted() throws SQLException {
        ChangeAssembler assembler = assembler(new Position(100, 2));
        accept(assembler, begin(80, 1), items(), insert(ITEMS, "0"), commit(80, 90));
        assertThat(assembler.isEmpty()).isTrue();
        accept(assembler, begin(100, 2), insert(ITEMS, "1"), insert(ITEMS, "2"));
        assertThat(assembler.isEmpty()).isTrue();
        accept(assembler, insert(ITEMS, "3"), commit(100, 120));
        ChangeBatch batch = assembler.build();
        assertThat(RecordedChange.of(batch)).hasSize(1);
        assertThat(batch.position(0)).isEqualTo(new Position(100, 3));
        assertThat(batch.last()).isEqualTo(Position.boundary(120));
    }

    @Test
    void whatLiesBeforeABoundaryIsLeftOut() throws SQLException {
        ChangeAssembler assembler = assembler(Position.boundary(120));
        accept(assembler, begin(100, 1), items(), insert(ITEMS, "1"), commit(100, 120));
        assembler.keepalive(120);
        assertThat(assembler.isEmpty()).isTrue();
        accept(assembler, begin(120, 2), insert(ITEMS, "2"), commit(120, 140));
        assertThat(RecordedChange.of(assembler.build())).hasSize(1);
    }

    @Test
    void keepalivesMoveThePositionOnlyWhileNothingIsOpen() throws SQLException {
        ChangeAssembler assembler = assembler(Position.boundary(50));
        accept(assembler, begin(100, 1), items());
        assembler.keepalive(200);
        assertThat(assembler.isEmpty()).isTrue();
        accept(assembler, commit(100, 120));
        assertThat(assembler.isUrgent()).isTrue();
        assertThat(assembler.build().last()).isEqualTo(Position.boundary(120));
        assembler.keepalive(110);
        assertThat(assembler.isUrgent()).isFalse();
        assertThat(assembler.isEmpty()).isTrue();
        assembler.keepalive(200);
        assertThat(assembler.isUrgent()).isFalse();
        assertThat(assembler.build().last()).isEqualTo(Position.boundary(200));
    }

    @Test
    void tablesThatAreNotSelectedAreCountedAndLeftOut() throws SQLException {
        ChangeAssembler assembler = assembler(Position.NONE);
        accept(assembler, begin(100, 1), items(), relation(SECRETS, "private", "secrets", "id"));
        accept(assembler, insert(SECRETS, "1"), insert(ITEMS, "2"));
        accept(
                assembler,
                message('T').int32(2).int8(0).int32(SECRETS).int32(ITEMS).bytes(),
                commit(100, 120));
        ChangeBatch batch = assembler.build();
        assertThat(RecordedChange.of(batch))
                .extracting(RecordedChange::operation)
                .containsExactly(Operation.INSERT, Operation.TRUNCATE);
        assertThat(batch.position(0).ordinal()).isEqualTo(2);
        assertThat(batch.position(1).ordinal()).isEqualTo(4);
    }

    @Test
    void eachRowKeepsTheShapeThatWasInForce() throws SQLException {
        ChangeAssembler assembler = assembler(Position.NONE);
        accept(assembler, begin(100, 1), items(), insert(ITEMS, "1"), commit(100, 120));
        accept(assembler, begin(130, 2), relation(ITEMS, "public", "items", "id", "added"));
        accept(assembler, insert(ITEMS, "2", "x"), commit(130, 150));
        ChangeBatch batch = assembler.build();
        assertThat(batch.relation(0).columns()).hasSize(1);
        assertThat(batch.relation(1).columns()).hasSize(2);
    }

    @Test
    void aTableThatIsRenamedAwayStopsTheStream() throws SQLException {
        ChangeAssembler assembler = assembler(Position.NONE);
        accept(assembler, begin(100, 1), items(), insert(ITEMS, "1"), commit(100, 120));
        assertThatThrownBy(() -> accept(assembler, begin(130, 2), relation(ITEMS, "private", "archive", "id")))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("public.items was renamed to private.archive");
    }

    @Test
    void messagesOutOfPlaceAreRefused() throws SQLException {
        assertRefused(insert(ITEMS, "1"));
        assertRefused(commit(100, 120));
        assertRefused(begin(100, 1), begin(100, 1));
        assertRefused(begin(100, 1), commit(90, 120));
        assertRefused(begin(100, 1), insert(ITEMS, "1"));
        assertRefused(items(), insert(ITEMS, "1"));
        assertRefused(begin(100, 1), items(), insert(ITEMS, "1", "2"));
        assertRefused(message('Z').bytes());
    }

    @Test
    void logicalMessagesAndOriginsChangeNothing() throws SQLException {
        ChangeAssembler assembler = assembler(Position.NONE);
        accept(assembler, message('M').int8(0).int64(90).text("p").int32(0).bytes());
        accept(assembler, begin(100, 1), message('O').int64(1).text("node").bytes());
        accept(assembler, message('Y').int32(9).text("s").text("t").bytes(), items(), insert(ITEMS, "1"));
        accept(assembler, commit(100, 120));
        assertThat(assembler.build().position(0)).isEqualTo(new Position(100, 1));
    }

    private static void assertRefused(byte[]... messages) {
        assertThatThrownBy(() -> accept(assembler(Position.NONE), messages))
                .isInstanceOf(MalformedMessageException.class);
    }

    private static byte[] items() {
        return relation(ITEMS, "public", "items", "id");
    }

    private static ChangeAssembler assembler(Position after) {
        return new ChangeAssembler(
                ChangeAssemblerTest::describe, TableSelection.of(List.of("public.*")), after, 1 << 20);
    }

    private static Relation describe(RelationMessage message, long xid, Map<Long, TypeMessage> types) {
        List<Column> columns = new ArrayList<>();
        for (var column : message.columns()) {
            DataType text = new DataType.Base(column.type(), "pg_catalog", "text");
            columns.add(new Column(column.name(), text, -1, "text", column.key(), false, columns.size()));
        }
        return new Relation(message.oid(), message.schema(), message.name(), message.identity(), columns);
    }

    private static void accept(ChangeAssembler assembler, byte[]... messages) throws SQLException {
        for (byte[] message : messages) {
            assembler.accept(message, 0, message.length);
        }
    }
}
