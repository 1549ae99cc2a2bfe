package dev.sluice.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.RelationBuilder;
import dev.sluice.testkit.change.Types;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** The server itself says what the JSON of a row is, for rows full of odd texts and arrays. */
@PostgresTest
class ServerOracleTest {
    private static final int ROWS = 300;
    private static final List<String> FRAGMENTS = List.of(
            "a",
            "NULL",
            "null",
            ",",
            ";",
            "\"",
            "'",
            "\\",
            "\\\\",
            "{",
            "}",
            "{}",
            "[1:2]=",
            " ",
            "\t",
            "\n",
            "\r",
            "\b",
            "\f",
            "\u000B",
            "\u0001",
            "\\N",
            "\\.",
            "ä",
            "€",
            "😀",
            "\u2028",
            "/",
            "<",
            "</script>");

    /** Column to its type as a test's name and as SQL, and to the JSON that it should become, as SQL. */
    private static final Map<String, String[]> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("flag", new String[] {"bool", "bool", "flag"});
        COLUMNS.put("small", new String[] {"int2", "int2", "small"});
        COLUMNS.put("large", new String[] {"int8", "int8", "large"});
        COLUMNS.put("ratio", new String[] {"float8", "float8", "ratio"});
        COLUMNS.put("price", new String[] {"numeric", "numeric", "price::text"});
        COLUMNS.put("word", new String[] {"text", "text", "word"});
        COLUMNS.put("words", new String[] {"_text", "text[]", "words"});
        COLUMNS.put("grid", new String[] {"_text", "text[]", "grid"});
        COLUMNS.put("numbers", new String[] {"_int4", "int4[]", "numbers"});
        COLUMNS.put("raw", new String[] {"bytea", "bytea", "translate(encode(raw, 'base64'), E'\\n', '')"});
        COLUMNS.put("document", new String[] {"jsonb", "jsonb", "document::text"});
        COLUMNS.put("day", new String[] {"timestamptz", "timestamptz", "day::text"});
    }

    @Test
    void everyRowBecomesWhatTheServerSaysItIs(TestDatabase database) throws SQLException, IOException {
        database.execute("CREATE TABLE t (id int4 PRIMARY KEY, "
                + COLUMNS.entrySet().stream()
                        .map(column -> column.getKey() + " " + column.getValue()[1])
                        .collect(Collectors.joining(", "))
                + ")");
        try (Connection connection = database.connect()) {
            fill(connection, new Random(20260131));
            ChangeBatch batch = copy(connection);
            List<JsonNode> events = events(batch);
            String expectation = COLUMNS.entrySet().stream()
                    .map(column -> ", '" + column.getKey() + "', " + column.getValue()[2])
                    .collect(Collectors.joining("", "jsonb_build_object('id', id", ")"));
            List<JsonNode> expected = new ArrayList<>();
            for (var row : database.rows("SELECT " + expectation + " FROM t ORDER BY id")) {
                expected.add(new ObjectMapper().readTree(row.get(0)));
            }
            assertThat(expected).hasSize(ROWS);
            assertThat(events).containsExactlyElementsOf(expected);
        }
    }

    private static void fill(Connection connection, Random random) throws SQLException {
        String sql =
                "INSERT INTO t VALUES (?, ?, ?, ?, ?::float8, ?::numeric, ?, ?, ?, ?, ?, ?::jsonb, ?::timestamptz)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (int id = 1; id <= ROWS; id++) {
                insert.setInt(1, id);
                insert.setBoolean(2, random.nextBoolean());
                insert.setShort(3, (short) random.nextInt());
                insert.setLong(4, random.nextLong());
                insert.setString(
                        5, random.nextInt(10) == 0 ? "-Infinity" : Double.toString(random.nextGaussian() * 1e5));
                insert.setString(6, random.nextLong() + "." + random.nextInt(1000));
                insert.setString(7, text(random));
                insert.setArray(8, connection.createArrayOf("text", texts(random, random.nextInt(5))));
                insert.setArray(
                        9, connection.createArrayOf("text", new String[][] {texts(random, 3), texts(random, 3)}));
                insert.setArray(10, connection.createArrayOf("int4", new Integer[] {random.nextInt(), null, -1}));
                insert.setBytes(11, text(random).getBytes(StandardCharsets.UTF_8));
                insert.setString(
                        12,
                        new ObjectMapper()
                                .createArrayNode()
                                .add(text(random).replace("\u0000", ""))
                                .toString());
                insert.setString(13, "2026-01-31 12:00:00." + random.nextInt(1_000_000) + "+02");
                insert.executeUpdate();
            }
        }
    }

    private static String[] texts(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> random.nextInt(6) == 0 ? null : text(random))
                .toArray(String[]::new);
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(6), 0, FRAGMENTS.size())
                .mapToObj(FRAGMENTS::get)
                .collect(Collectors.joining());
    }

    private static ChangeBatch copy(Connection connection) throws SQLException {
        RelationBuilder relation = Batches.relation("public", "t").key("id", "int4");
        COLUMNS.forEach((name, column) -> relation.column(name, Types.builtIn(column[0])));
        Relation shape = relation.build();
        CopyBatchBuilder builder = new CopyBatchBuilder(shape, Position.boundary(0x50), Integer.MAX_VALUE);
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT * FROM t ORDER BY id) TO STDOUT");
        for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            builder.add(line);
        }
        return builder.build();
    }

    private static List<JsonNode> events(ChangeBatch batch) throws IOException {
        EventBuffer buffer = new EventBuffer();
        DebeziumJson json = new DebeziumJson("shop", "shopdb", Clock.systemUTC(), buffer);
        List<JsonNode> events = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            buffer.clear();
            json.write(batch, i);
            events.add(
                    new ObjectMapper().readTree(buffer.copy(0, buffer.size())).get("after"));
        }
        return events;
    }
}
