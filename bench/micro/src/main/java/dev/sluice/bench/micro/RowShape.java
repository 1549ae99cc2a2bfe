package dev.sluice.bench.micro;

import dev.sluice.engine.change.Relation;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.RelationBuilder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.LongFunction;

/** What a row looks like: the shapes of the scenarios, with the texts that a server would send. */
public enum RowShape {
    /** Eight columns of as many types, about 190 bytes. */
    STANDARD(List.of(
            new Value("account", "int4", row -> Long.toString(row % 100_000)),
            new Value("kind", "text", row -> "transfer"),
            new Value("amount", "numeric", row -> quotient(row % 1_000_000, 100, 2)),
            new Value("happened", "timestamptz", RowShape::second),
            new Value("reference", "uuid", row -> uuid(row).toString()),
            new Value("note", "text", row -> "a note about transfer " + row),
            new Value("settled", "bool", row -> row % 2 == 0 ? "t" : "f"))),
    /** Three columns: what each row costs, whatever is in it. */
    NARROW(List.of(
            new Value("account", "int4", row -> Long.toString(row % 100_000)),
            new Value("note", "text", row -> "note " + row % 100_000))),
    /** Forty columns, about 2 kB. */
    WIDE(wide());

    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'+00'", Locale.ROOT);

    @SuppressWarnings("ImmutableEnumChecker") // a copy that cannot be changed
    private final List<Value> values;

    RowShape(List<Value> values) {
        this.values = List.copyOf(values);
    }

    /**
     * A column beside the key.
     *
     * @param text its value in the row of a number
     */
    private record Value(String name, String type, LongFunction<String> text) {}

    private static List<Value> wide() {
        List<Value> values = new ArrayList<>();
        for (int n = 1; n <= 8; n++) {
            long different = 1_000L * n;
            values.add(new Value("number_" + n, "int4", row -> Long.toString(row % different)));
        }
        for (int n = 1; n <= 4; n++) {
            long divisor = 7L * n;
            long every = n + 1L;
            values.add(new Value("amount_" + n, "numeric", row -> quotient(row % 1_000_000, divisor, 4)));
            values.add(new Value("happened_" + n, "timestamptz", RowShape::second));
            values.add(new Value("settled_" + n, "bool", row -> row % every == 0 ? "t" : "f"));
        }
        for (int n = 1; n <= 2; n++) {
            values.add(new Value("reference_" + n, "uuid", row -> uuid(row).toString()));
        }
        for (int n = 1; n <= 17; n++) {
            long other = n;
            values.add(new Value("text_" + n, "text", row -> letters(row + other)));
        }
        return values;
    }

    /** @param label as on the command line: {@code standard}, {@code narrow}, {@code wide} */
    static RowShape of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** A table of such rows in the schema {@code public}, with the key {@code id}. */
    public Relation relation(String table) {
        RelationBuilder builder = Batches.relation("public", table).key("id", "int8");
        values.forEach(value -> builder.column(value.name(), value.type()));
        return builder.build();
    }

    /** The row with this number, in text form; always the same. */
    List<String> row(long number) {
        List<String> row = new ArrayList<>();
        row.add(Long.toString(number));
        values.forEach(value -> row.add(value.text().apply(number)));
        return row;
    }

    private static String quotient(long dividend, long divisor, int scale) {
        return BigDecimal.valueOf(dividend)
                .divide(BigDecimal.valueOf(divisor), scale, RoundingMode.HALF_UP)
                .toPlainString();
    }

    private static String second(long row) {
        return LocalDateTime.of(2026, 1, 1, 0, 0).plusSeconds(row).format(SECOND);
    }

    private static UUID uuid(long row) {
        return UUID.nameUUIDFromBytes(Long.toString(row).getBytes(StandardCharsets.UTF_8));
    }

    private static String letters(long row) {
        return uuid(row).toString().replace("-", "").repeat(3);
    }
}
