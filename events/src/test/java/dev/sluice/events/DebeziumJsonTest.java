package dev.sluice.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TableShape;
import dev.sluice.engine.change.TableShape.ShapeColumn;
import dev.sluice.engine.change.Transaction;
import dev.sluice.testkit.change.Batches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebeziumJsonTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T00:00:00.007Z"), ZoneOffset.UTC);
    private static final Relation ITEMS = Batches.relation("public", "items")
            .key("id", "int4")
            .column("name", "text")
            .column("price", "numeric")
            .build();

    private final EventBuffer buffer = new EventBuffer();
    private final DebeziumJson json = new DebeziumJson("shop", "shopdb", CLOCK, buffer);

    @Test
    void anInsertHasTheWholeEnvelope() {
        ChangeBatch batch = Batches.batch()
                .begin(700, 0x16_B374_D848L)
                .insert(ITEMS, "1", "a \"b\"", null)
                .commit(0x16_B374_D900L)
                .build();
        assertThat(text(batch, 0)).isEqualTo("""
                        {"before":null,"after":{"id":1,"name":"a \\"b\\"","price":null},\
                        "source":{"version":"1","connector":"postgresql","name":"shop","snapshot":"false",\
                        "db":"shopdb","schema":"public","table":"items","ts_ms":1767225600000,"txId":700,\
                        "lsn":97500059720,"position":"16/B374D848:1"},"op":"c","ts_ms":1767312000007}""");
    }

    @Test
    void anotherShapeIsAnEventOfItsOwn() {
        TableShape before = new TableShape(1, "public", "old", List.of(new ShapeColumn(1, "id", "integer", true)));
        TableShape after = new TableShape(
                1,
                "public",
                "items",
                List.of(new ShapeColumn(1, "id", "bigint", true), new ShapeColumn(2, "a\"b", "text", false)));
        json.write(new ShapeChange(
                before,
                after,
                new Position(0x16_B374_D848L, 3),
                new Transaction(700, 0x16_B374_D848L, 820_540_800_000_000L)));
        assertThat(buffer.copy(0, buffer.size()))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("""
                        {"schemaChange":{"before":{"schema":"public","table":"old","columns":[\
                        {"name":"id","type":"integer","key":true}]},"after":{"schema":"public","table":"items","columns":[\
                        {"name":"id","type":"bigint","key":true},{"name":"a\\"b","type":"text","key":false}]}},\
                        "source":{"version":"1","connector":"postgresql","name":"shop","snapshot":"false",\
                        "db":"shopdb","schema":"public","table":"items","ts_ms":820540800000,"txId":700,\
                        "lsn":97500059720,"position":"16/B374D848:3"},"op":"s","ts_ms":1767312000007}""");
    }

    @Test
    void eachOperationHasItsLetterAndItsRows() throws IOException {
        List<JsonNode> events = events(Batches.batch()
                .begin(700, 0x100)
                .insert(ITEMS, "1", "one", "1.00")
                .update(ITEMS, "1", "uno", Batches.ABSENT)
                .updateKey(ITEMS, Batches.tuple("1", null, null), Batches.tuple("2", "uno", "1.00"))
                .updateFull(ITEMS, Batches.tuple("2", "uno", "1.00"), Batches.tuple("2", "due", "1.00"))
                .delete(ITEMS, "2", null, null)
                .deleteFull(ITEMS, "3", null, "2.50")
                .truncate(ITEMS)
                .commit(0x180)
                .build());
        assertThat(events)
                .extracting(event -> event.get("op").asText())
                .containsExactly("c", "u", "u", "u", "d", "d", "t");
        assertThat(events.get(1).get("before").isNull()).isTrue();
        assertThat(events.get(1).get("after"))
                .hasToString("{\"id\":1,\"name\":\"uno\",\"price\":\"__debezium_unavailable_value\"}");
        assertThat(events.get(2).get("before")).hasToString("{\"id\":1}");
        assertThat(events.get(3).get("before")).hasToString("{\"id\":2,\"name\":\"uno\",\"price\":\"1.00\"}");
        assertThat(events.get(4).get("before")).hasToString("{\"id\":2}");
        assertThat(events.get(4).get("after").isNull()).isTrue();
        assertThat(events.get(5).get("before")).hasToString("{\"id\":3,\"name\":null,\"price\":\"2.50\"}");
        assertThat(events.get(6).get("before").isNull()).isTrue();
        assertThat(events.get(6).get("after").isNull()).isTrue();
        assertThat(events)
                .extracting(event -> event.at("/source/position").asText())
                .containsExactly("0/100:1", "0/100:2", "0/100:3", "0/100:4", "0/100:5", "0/100:6", "0/100:7");
    }

    @Test
    void rowsOfAFirstCopyAreReads() throws IOException {
        JsonNode event = events(Batches.copy(ITEMS, Position.boundary(0x50))
                        .row("1", "tab\t newline\n back\\slash \\N", null)
                        .build())
                .get(0);
        assertThat(event.get("op").asText()).isEqualTo("r");
        assertThat(event.at("/after/name").asText()).isEqualTo("tab\t newline\n back\\slash \\N");
        assertThat(event.at("/after/price").isNull()).isTrue();
        assertThat(event.at("/source/snapshot").asText()).isEqualTo("true");
        assertThat(event.at("/source/txId").isNull()).isTrue();
        assertThat(event.at("/source/position").asText()).isEqualTo("0/50");
    }

    @Test
    void namesOfColumnsAndTablesAreEscaped() throws IOException {
        Relation odd = Batches.relation("schéma", "a \"b\" \\")
                .key("k\"ey", "text")
                .column("😀\n", "bool")
                .build();
        JsonNode event = events(Batches.batch()
                        .begin(1, 0x100)
                        .insert(odd, "x", "t")
                        .commit(0x180)
                        .build())
                .get(0);
        assertThat(event.at("/source/schema").asText()).isEqualTo("schéma");
        assertThat(event.at("/source/table").asText()).isEqualTo("a \"b\" \\");
        assertThat(event.get("after").get("k\"ey").asText()).isEqualTo("x");
        assertThat(event.get("after").get("😀\n").asBoolean()).isTrue();
    }

    @Test
    void columnsThatARouteLeftOutAreNotThere() throws IOException {
        ChangeBatch routed = Batches.batch()
                .begin(1, 0x100)
                .insert(ITEMS, "1", "secret", "2")
                .commit(0x180)
                .build()
                .withRelations(relation -> new Relation(
                        relation.oid(),
                        "other",
                        "things",
                        relation.identity(),
                        List.of(relation.columns().get(0), relation.columns().get(2))));
        JsonNode event = events(routed).get(0);
        assertThat(event.get("after")).hasToString("{\"id\":1,\"price\":\"2\"}");
        assertThat(event.at("/source/table").asText()).isEqualTo("things");
    }

    @Test
    void aRefusedRowLeavesTheBufferAsItWasAndTheNextIsWritten() {
        ChangeBatch batch = Batches.batch()
                .begin(1, 0x100)
                .insert(ITEMS, "1", "good", null)
                .insert(ITEMS, "one", "bad", null)
                .insert(ITEMS, "2", "good", null)
                .commit(0x180)
                .build();
        json.write(batch, 0);
        int size = buffer.size();
        assertThatThrownBy(() -> json.write(batch, 1))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("column id of public.items at 0/100:2")
                .hasMessageContaining("int4")
                .hasMessageNotContaining("one")
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(buffer.size()).isEqualTo(size);
        json.write(batch, 2);
        assertThat(new String(buffer.copy(size, buffer.size()), StandardCharsets.UTF_8))
                .startsWith("{\"before\":null,\"after\":{\"id\":2,");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] tuple = {0, 3, 't', 0, 0, 0, 1, '1', 't', 0, 0, 0, 2, (byte) 0xC3, 'x', 'n'};
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1000);
        builder.begin(new Transaction(1, 0x100, 0));
        builder.add(Operation.INSERT, ITEMS, OldTuple.NONE, tuple, 0, 0, 0, tuple.length);
        builder.boundary(0x180);
        ChangeBatch batch = builder.build();
        assertThatThrownBy(() -> json.write(batch, 0))
                .hasMessageContaining("column name of public.items")
                .hasMessageContaining("UTF-8");
    }

    @Test
    void largeTextsPass() throws IOException {
        String large = "0123456789 äöü 😀 \"\\\n".repeat(100_000);
        JsonNode event = events(Batches.batch()
                        .begin(1, 0x100)
                        .insert(ITEMS, "1", large, null)
                        .commit(0x180)
                        .build())
                .get(0);
        assertThat(event.at("/after/name").asText()).isEqualTo(large);
    }

    private String text(ChangeBatch batch, int change) {
        int from = buffer.size();
        json.write(batch, change);
        return new String(buffer.copy(from, buffer.size()), StandardCharsets.UTF_8);
    }

    private List<JsonNode> events(ChangeBatch batch) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            events.add(new ObjectMapper().readTree(text(batch, i)));
        }
        return events;
    }
}
