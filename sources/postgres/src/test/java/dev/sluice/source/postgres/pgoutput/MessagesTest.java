package dev.sluice.source.postgres.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.ReplicaIdentity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final long COMMIT = 0x1_0000_0010L;
    private static final long END = 0x1_0000_0040L;

    @Test
    void transactionBoundariesCarryPositionsAndUnixTime() {
        byte[] begin = WireBytes.message('B').int64(COMMIT).int64(1).int32(-1).bytes();
        assertThat(Begin.decode(begin, 0, begin.length))
                .isEqualTo(new Begin(COMMIT, 946_684_800_000_001L, 0xFFFF_FFFFL));
        byte[] commit =
                WireBytes.message('C').int8(0).int64(COMMIT).int64(END).int64(0).bytes();
        assertThat(Commit.decode(commit, 0, commit.length)).isEqualTo(new Commit(COMMIT, END, 946_684_800_000_000L));
    }

    @Test
    void aRelationDescribesItsColumns() {
        byte[] bytes = WireBytes.message('R')
                .int32(-2)
                .text("öffentlich")
                .text("t\"x")
                .int8('f')
                .int16(2)
                .int8(1)
                .text("id")
                .int32(23)
                .int32(-1)
                .int8(0)
                .text("v")
                .int32(1043)
                .int32(14)
                .bytes();
        RelationMessage relation = RelationMessage.decode(bytes, 0, bytes.length);
        assertThat(relation.oid()).isEqualTo(4_294_967_294L);
        assertThat(relation.schema()).isEqualTo("öffentlich");
        assertThat(relation.identity()).isEqualTo(ReplicaIdentity.FULL);
        assertThat(relation.columns())
                .containsExactly(
                        new RelationMessage.ColumnDescription(true, "id", 23, -1),
                        new RelationMessage.ColumnDescription(false, "v", 1043, 14));
    }

    @Test
    void theRareMessagesAreRead() {
        byte[] origin = WireBytes.message('O').int64(7).text("node").bytes();
        assertThat(OriginMessage.decode(origin, 0, origin.length)).isEqualTo(new OriginMessage(7, "node"));
        byte[] type = WireBytes.message('Y').int32(16400).text("").text("mood").bytes();
        assertThat(TypeMessage.decode(type, 0, type.length)).isEqualTo(new TypeMessage(16400, "pg_catalog", "mood"));
        byte[] truncate =
                WireBytes.message('T').int32(2).int8(3).int32(1).int32(2).bytes();
        assertThat(Truncate.decode(truncate, 0, truncate.length)).isEqualTo(new Truncate(true, true, List.of(1L, 2L)));
        byte[] message = WireBytes.message('M')
                .int8(1)
                .int64(9)
                .text("p")
                .int32(1)
                .int8('x')
                .bytes();
        assertThat(LogicalMessage.decode(message, 0, message.length))
                .isEqualTo(new LogicalMessage(true, 9, "p", new byte[] {'x'}));
    }

    @Test
    void rowsSayWhereTheirTuplesAre() {
        RowMessage row = new RowMessage();
        byte[] update = WireBytes.message('U')
                .int32(5)
                .int8('K')
                .tuple("1", null)
                .int8('N')
                .tuple("2", WireBytes.UNCHANGED)
                .bytes();
        row.read(update, 0, update.length);
        assertThat(row.operation()).isEqualTo(Operation.UPDATE);
        assertThat(row.relation()).isEqualTo(5);
        assertThat(row.oldTuple()).isEqualTo(OldTuple.KEY);
        assertThat(row.oldOffset()).isEqualTo(6);
        assertThat(row.oldLength()).isEqualTo(2 + 6 + 1);
        assertThat(row.rowOffset()).isEqualTo(16);
        assertThat(row.rowLength()).isEqualTo(2 + 6 + 1);
        row.requireColumns(2);
        assertThatThrownBy(() -> row.requireColumns(3)).isInstanceOf(MalformedMessageException.class);

        byte[] delete =
                WireBytes.message('D').int32(5).int8('O').tuple("1", "x").bytes();
        row.read(delete, 0, delete.length);
        assertThat(row.oldTuple()).isEqualTo(OldTuple.FULL);
        assertThat(row.rowLength()).isZero();

        byte[] insert = WireBytes.insert(5, "1", null);
        row.read(insert, 0, insert.length);
        assertThat(row.oldTuple()).isEqualTo(OldTuple.NONE);
        assertThat(row.rowOffset()).isEqualTo(6);
    }

    @Test
    void aMessageMayStandAnywhereInItsBytes() {
        byte[] insert = WireBytes.insert(5, "1", null);
        byte[] padded = new byte[insert.length + 20];
        Arrays.fill(padded, (byte) 'Z');
        System.arraycopy(insert, 0, padded, 7, insert.length);
        RowMessage row = new RowMessage();
        row.read(padded, 7, insert.length);
        assertThat(row.rowOffset()).isEqualTo(13);
        assertThat(row.rowLength()).isEqualTo(insert.length - 6);
    }

    @Test
    void anErrorNamesMessageFieldExpectedAndActual() {
        byte[] insert = WireBytes.message('I').int32(5).int8('X').bytes();
        var error = catchThrowableOfType(
                MalformedMessageException.class, () -> new RowMessage().read(insert, 0, insert.length));
        assertThat(error.messageName()).isEqualTo("Insert");
        assertThat(error.field()).isEqualTo("tuple kind");
        assertThat(error.expected()).isEqualTo("N");
        assertThat(error.actual()).isEqualTo("'X'");
    }

    @Test
    void hugeCountsAndLengthsAllocateNothing() {
        byte[] relation = WireBytes.message('R')
                .int32(1)
                .text("s")
                .text("t")
                .int8('d')
                .int16(0xFFFF)
                .bytes();
        assertThatThrownBy(() -> RelationMessage.decode(relation, 0, relation.length))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("column count");
        byte[] truncate =
                WireBytes.message('T').int32(Integer.MAX_VALUE).int8(0).bytes();
        assertThatThrownBy(() -> Truncate.decode(truncate, 0, truncate.length))
                .isInstanceOf(MalformedMessageException.class);
        byte[] message = WireBytes.message('M')
                .int8(0)
                .int64(1)
                .text("p")
                .int32(Integer.MAX_VALUE)
                .bytes();
        assertThatThrownBy(() -> LogicalMessage.decode(message, 0, message.length))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void everyTruncationIsRefused() {
        for (byte[] message : samples()) {
            for (int length = 1; length < message.length; length++) {
                int shortened = length;
                assertThatThrownBy(() -> decode(message, shortened))
                        .as("%s cut to %d of %d bytes", (char) message[0], length, message.length)
                        .isInstanceOf(MalformedMessageException.class);
            }
        }
    }

    /** Bytes that are wrong may still be a message; they must never be anything but a message or a typed error. */
    @Test
    void flippedBytesAreRefusedOrRead() {
        long seed = 20261123;
        Random random = new Random(seed);
        List<byte[]> samples = samples();
        int refused = 0;
        for (int round = 0; round < 200_000; round++) {
            byte[] message = samples.get(random.nextInt(samples.size())).clone();
            int flips = 1 + random.nextInt(3);
            for (int i = 0; i < flips; i++) {
                message[1 + random.nextInt(message.length - 1)] = (byte) random.nextInt(256);
            }
            try {
                decode(message, message.length);
            } catch (MalformedMessageException expected) {
                refused++;
            } catch (RuntimeException other) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + Arrays.toString(message), other);
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static List<byte[]> samples() {
        List<byte[]> samples = new ArrayList<>();
        samples.add(WireBytes.begin(COMMIT, 7));
        samples.add(WireBytes.commit(COMMIT, END));
        samples.add(WireBytes.relation(5, "public", "items", "id", "name", "price"));
        samples.add(
                WireBytes.message('Y').int32(16400).text("shop").text("mood").bytes());
        samples.add(WireBytes.message('O').int64(7).text("node").bytes());
        samples.add(WireBytes.message('T').int32(2).int8(3).int32(1).int32(2).bytes());
        samples.add(WireBytes.message('M')
                .int8(1)
                .int64(9)
                .text("p")
                .int32(3)
                .int8('x')
                .int8('y')
                .int8('z')
                .bytes());
        samples.add(WireBytes.insert(5, "1", null, "some text", WireBytes.UNCHANGED));
        samples.add(WireBytes.message('U')
                .int32(5)
                .int8('O')
                .tuple("1", null, "before")
                .int8('N')
                .tuple("1", "", WireBytes.UNCHANGED)
                .bytes());
        samples.add(
                WireBytes.message('D').int32(5).int8('K').tuple("1", null, null).bytes());
        return samples;
    }

    private static void decode(byte[] message, int length) {
        switch (message[0]) {
            case Begin.CODE -> Begin.decode(message, 0, length);
            case Commit.CODE -> Commit.decode(message, 0, length);
            case RelationMessage.CODE -> RelationMessage.decode(message, 0, length);
            case TypeMessage.CODE -> TypeMessage.decode(message, 0, length);
            case OriginMessage.CODE -> OriginMessage.decode(message, 0, length);
            case Truncate.CODE -> Truncate.decode(message, 0, length);
            case LogicalMessage.CODE -> LogicalMessage.decode(message, 0, length);
            default -> new RowMessage().read(message, 0, length);
        }
    }
}
