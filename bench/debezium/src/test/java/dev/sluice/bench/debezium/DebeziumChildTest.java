package dev.sluice.bench.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class DebeziumChildTest {
    private static final int ROWS = 3_000;

    @BeforeEach
    void table(TestDatabase database) throws SQLException {
        database.execute(
                "CREATE SCHEMA bench",
                "CREATE TABLE bench.rows (id bigint PRIMARY KEY, sent bigint NOT NULL, amount numeric(12,2) NOT NULL)",
                "CREATE PUBLICATION bench FOR TABLE bench.rows");
    }

    @Test
    void readsWhatTheSlotHasAndLeavesItThere(TestDatabase database) throws Exception {
        database.execute("INSERT INTO bench.rows VALUES (0, 0, 0)"); // before the slot: nothing that a slot would send
        slot(database, "first");
        slot(database, "second");
        database.execute(
                "SELECT pg_logical_emit_message(false, 'bench', 'no row')",
                "INSERT INTO bench.rows SELECT i, i, i / 100.0 FROM generate_series(1, " + ROWS + ") AS i",
                "UPDATE bench.rows SET amount = amount + 1 WHERE id <= 500",
                "DELETE FROM bench.rows WHERE id BETWEEN 1 AND 200");
        long changes = ROWS + 501 + 200; // the row that was there before is updated too
        try (Child child = new Child()) {
            for (String slot : new String[] {"first", "second"}) {
                child.send(job(database, slot).put("rows", changes));
                JsonNode result = child.answer();
                assertThat(result.path("changes").asLong())
                        .as(result.toString())
                        .isEqualTo(changes);
                assertThat(result.path("nanos").asLong()).isPositive();
                assertThat(result.path("bytes").asLong()).isGreaterThan(changes * 100);
                assertThat(result.path("peakMemoryBytes").asLong()).isGreaterThan(10_000_000);
                assertThat(result.path("samples").path(0)).hasSize(3);
                assertThat(result.path("settings")
                                .path("record.processing.order")
                                .asText())
                        .isEqualTo("ORDERED");
                assertThat(result.path("version").asText()).isEqualTo("3.6.1.Final");
                assertThat(result.has("latencies")).isFalse();
            }
        }
        assertThat(database.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("2");
        assertThat(database.value("SELECT string_agg(pubname, ',') FROM pg_publication"))
                .isEqualTo("bench");
    }

    @Test
    void measuresHowOldRowsAreAfterTheWarmUp(TestDatabase database) throws Exception {
        slot(database, "latency");
        try (Child child = new Child();
                Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO bench.rows VALUES (?, ?, 0)")) {
            child.send(job(database, "latency")
                    .put("rows", 100)
                    .put("latencyColumn", "sent")
                    .put("warmUpRows", 40));
            insert(insert, 0);
            assertThat(child.answer().path("ready").asBoolean()).isTrue();
            for (int row = 1; row < 100; row++) {
                insert(insert, row);
            }
            JsonNode result = child.answer();
            assertThat(result.path("changes").asLong()).as(result.toString()).isEqualTo(100);
            Histogram latencies = Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(
                            Base64.getDecoder().decode(result.path("latencies").asText())),
                    0);
            assertThat(latencies.getTotalCount()).isEqualTo(60);
            assertThat(latencies.getMaxValue()).isBetween(1L, 60_000_000L);
        }
    }

    @Test
    void saysWhyItCannotAndNeverThePassword(TestDatabase database) throws Exception {
        slot(database, "unpublished");
        try (Child child = new Child()) {
            child.send(job(database, "unpublished")
                    .put("rows", 1)
                    .put("publication", "absent")
                    .put("password", "s3cret"));
            assertThat(child.answer().path("error").asText())
                    .containsIgnoringCase("publication")
                    .doesNotContain("s3cret");
            child.send(Child.job().put("password", "s3cret"));
            assertThat(child.answer().path("error").asText())
                    .contains("cannot be read")
                    .doesNotContain("s3cret");
        }
    }

    private static ObjectNode job(TestDatabase database, String slot) {
        return Child.job()
                .put("host", "127.0.0.1")
                .put("port", database.server().port())
                .put("user", "postgres")
                .put("database", database.name())
                .put("slot", slotName(database, slot))
                .put("publication", "bench")
                .put("schema", "bench")
                .put("until", "0/0");
    }

    private static String slotName(TestDatabase database, String slot) {
        return database.name() + "_" + slot;
    }

    private static void slot(TestDatabase database, String slot) throws SQLException {
        database.execute("SELECT pg_create_logical_replication_slot('" + slotName(database, slot) + "', 'pgoutput')");
    }

    private static void insert(PreparedStatement insert, int row) throws SQLException {
        insert.setLong(1, row);
        insert.setLong(2, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        insert.executeUpdate();
    }
}
