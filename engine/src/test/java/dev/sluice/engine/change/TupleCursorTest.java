package dev.sluice.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TupleCursorTest {
    private static final String[] PIECES = {
        "a",
        "ü",
        "\\",
        "\t",
        "\n",
        "\r",
        "\b",
        "\f",
        "\u000B",
        "N",
        "\\N",
        "\\.",
        " ",
        "seven b",
        "eight by",
        "more than eight bytes"
    };

    private final TupleCursor cursor = new TupleCursor();

    private static Relation relation(int columns) {
        List<Column> list = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            DataType text = new DataType.Base(25, "pg_catalog", "text");
            list.add(new Column("c" + i, text, -1, "text", i == 0, false, i));
        }
        return new Relation(1, "public", "t", ReplicaIdentity.FULL, list);
    }

    /** As PostgreSQL's CopyAttributeOutText writes it. */
    private static String copyField(@Nullable String value) {
        return value == null
                ? "\\N"
                : value.replace("\\", "\\\\")
                        .replace("\t", "\\t")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\b", "\\b")
                        .replace("\f", "\\f")
                        .replace("\u000B", "\\v");
    }

    private static @Nullable String randomValue(Random random) {
        if (random.nextInt(5) == 0) {
            return null;
        }
        StringBuilder value = new StringBuilder();
        for (int pieces = random.nextInt(6); pieces > 0; pieces--) {
            value.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return value.toString();
    }

    private List<@Nullable String> row(ChangeBatch batch, int change) {
        assertThat(cursor.toRow(batch, change)).isTrue();
        List<@Nullable String> values = new ArrayList<>();
        while (cursor.next()) {
            values.add(cursor.kind() == ValueKind.NULL ? null : cursor.text());
        }
        return values;
    }

    @Test
    void aRowOfCopyReadsAsTheValuesThatWereWritten() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int columns = 1 + random.nextInt(5);
            Relation relation = relation(columns);
            CopyBatchBuilder builder = new CopyBatchBuilder(relation, Position.boundary(9), 100);
            List<List<@Nullable String>> rows = new ArrayList<>();
            for (int r = 1 + random.nextInt(5); r > 0; r--) {
                List<@Nullable String> values = new ArrayList<>();
                List<String> fields = new ArrayList<>();
                for (int c = 0; c < columns; c++) {
                    String value = randomValue(random);
                    values.add(value);
                    fields.add(copyField(value));
                }
                rows.add(values);
                builder.add((String.join("\t", fields) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            ChangeBatch batch = builder.build();
            ChangeBatch projected = batch.withRelations(r -> everySecond(r));
            for (int r = 0; r < rows.size(); r++) {
                assertThat(row(batch, r)).isEqualTo(rows.get(r));
                List<@Nullable String> some = new ArrayList<>();
                for (int c = 1; c < columns; c += 2) {
                    some.add(rows.get(r).get(c));
                }
                assertThat(row(projected, r)).isEqualTo(some);
            }
        }
    }

    private static Relation everySecond(Relation relation) {
        return new Relation(
                relation.oid(),
                relation.schema(),
                relation.name(),
                relation.identity(),
                relation.columns().stream()
                        .filter(column -> column.index() % 2 == 1)
                        .toList());
    }

    private static byte[] tupleData(Object... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(2).putShort((short) values.length).array());
        for (Object value : values) {
            if (value instanceof Character kind) {
                out.write(kind);
            } else {
                byte[] bytes =
                        value instanceof byte[] binary ? binary : ((String) value).getBytes(StandardCharsets.UTF_8);
                out.write(value instanceof byte[] ? 'b' : 't');
                out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
                out.writeBytes(bytes);
            }
        }
        return out.toByteArray();
    }

    private static ChangeBatch insert(Relation relation, byte[] tuple) {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1_000);
        builder.begin(new Transaction(1, 1, 1));
        builder.add(Operation.INSERT, relation, OldTuple.NONE, tuple, 0, 0, 0, tuple.length);
        builder.boundary(2);
        return builder.build();
    }

    @Test
    void everyKindOfValueIsToldApart() {
        ChangeBatch batch = insert(relation(5), tupleData("x", 'n', 'u', new byte[] {1, 2}, ""));
        List<ValueKind> kinds = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        cursor.toRow(batch, 0);
        while (cursor.next()) {
            kinds.add(cursor.kind());
            lengths.add(cursor.length());
        }
        assertThat(kinds)
                .containsExactly(ValueKind.TEXT, ValueKind.NULL, ValueKind.ABSENT, ValueKind.BINARY, ValueKind.TEXT);
        assertThat(lengths).containsExactly(1, 0, 0, 2, 0);
    }

    @Test
    void columnsThatARouteLeftOutAreSteppedOver() {
        ChangeBatch batch = insert(relation(5), tupleData('u', "one", new byte[] {9}, "three", 'n'));
        assertThat(row(batch.withRelations(TupleCursorTest::everySecond), 0)).containsExactly("one", "three");
    }

    @Test
    void aTupleWithTooFewColumnsIsRefused() {
        ChangeBatch batch = insert(relation(3), tupleData("a", "b"));
        assertThatThrownBy(() -> row(batch, 0))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("2 columns")
                .hasMessageContaining("c2");
    }

    @Test
    void aLineOfCopyWithTooFewFieldsIsRefusedAndNotReadOnIntoTheNext() {
        CopyBatchBuilder builder = new CopyBatchBuilder(relation(3), Position.boundary(9), 100);
        builder.add("a\tb\n".getBytes(StandardCharsets.UTF_8));
        builder.add("c\td\te\n".getBytes(StandardCharsets.UTF_8));
        ChangeBatch batch = builder.build();
        assertThatThrownBy(() -> row(batch, 0))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("2 columns");
        assertThat(row(batch, 1)).containsExactly("c", "d", "e");
        ChangeBatch last = batch.withRelations(relation -> new Relation(
                1, "public", "t", ReplicaIdentity.FULL, relation.columns().subList(2, 3)));
        assertThatThrownBy(() -> row(last, 0)).isInstanceOf(SyncException.class);
    }

    @Test
    void anAbsentTupleHasNoColumns() {
        byte[] tuple = tupleData("a");
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1_000);
        builder.begin(new Transaction(1, 1, 1));
        builder.add(Operation.DELETE, relation(1), OldTuple.KEY, tuple, 0, tuple.length, 0, 0);
        builder.boundary(2);
        ChangeBatch batch = builder.build();

        assertThat(cursor.toRow(batch, 0)).isFalse();
        assertThat(cursor.next()).isFalse();
        assertThat(cursor.toOld(batch, 0)).isTrue();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.text()).isEqualTo("a");
        assertThat(Arrays.equals(cursor.copy(), new byte[] {'a'})).isTrue();
    }
}
