package dev.sluice.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.Types;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValueMappingTest {
    private static final DataType MOOD = Types.enumeration("public", "mood", "sad", "so, so", "happy");
    private static final DataType POSITIVE = Types.domain("public", "positive", Types.builtIn("int4"));
    private static final DataType PAIR = Types.composite("public", "pair");

    private final EventBuffer buffer = new EventBuffer();
    private final DebeziumJson json = new DebeziumJson("p", "d", Clock.systemUTC(), buffer);

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void aValueBecomes(DataType type, String text, String expected) {
        String event = event(type, text);
        int from = event.indexOf("{\"v\":") + "{\"v\":".length();
        assertThat(event.substring(from, event.indexOf("},\"source\""))).isEqualTo(expected);
    }

    static Stream<Arguments> aValueBecomes() {
        return Stream.of(
                row("bool", "t", "true"),
                row("bool", "f", "false"),
                row("int2", "-32768", "-32768"),
                row("int4", "0", "0"),
                row("int4", "2147483647", "2147483647"),
                row("int8", "9223372036854775807", "9223372036854775807"),
                row("int8", "-9223372036854775808", "-9223372036854775808"),
                row("oid", "4294967295", "4294967295"),
                row("float8", "1.5", "1.5"),
                row("float8", "-0", "-0"),
                row("float8", "1e+20", "1e+20"),
                row("float8", "1.7976931348623157e+308", "1.7976931348623157e+308"),
                row("float4", "1e-07", "1e-07"),
                row("float8", "NaN", "\"NaN\""),
                row("float8", "Infinity", "\"Infinity\""),
                row("float4", "-Infinity", "\"-Infinity\""),
                row("numeric", "12345678901234567890.1230", "\"12345678901234567890.1230\""),
                row("numeric", "NaN", "\"NaN\""),
                row("text", "", "\"\""),
                row("text", "a\"b\\c/d", "\"a\\\"b\\\\c/d\""),
                row("text", "\u0001\b\f\n\r\t\u001f\u007f", "\"\\u0001\\b\\f\\n\\r\\t\\u001F\u007f\""),
                row("text", "äöü € 😀 \u2028", "\"äöü € 😀 \u2028\""),
                row("bpchar", "a  ", "\"a  \""),
                row("json", "{\"a\": [1, 2]}", "\"{\\\"a\\\": [1, 2]}\""),
                row("jsonb", "null", "\"null\""),
                row("uuid", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\""),
                row("date", "2026-01-31", "\"2026-01-31\""),
                row("date", "infinity", "\"infinity\""),
                row("timestamp", "2026-01-31 12:00:00.123456", "\"2026-01-31 12:00:00.123456\""),
                row("timestamptz", "2026-01-31 12:00:00+00", "\"2026-01-31 12:00:00+00\""),
                row("interval", "1 day 02:00:00", "\"1 day 02:00:00\""),
                row("money", "$1.00", "\"$1.00\""),
                row("point", "(1,2)", "\"(1,2)\""),
                row("int4range", "[1,5)", "\"[1,5)\""),
                row("bytea", "\\x", "\"\""),
                row("bytea", "\\x00ff10", "\"AP8Q\""),
                row("_int4", "{}", "[]"),
                row("_int4", "{1,NULL,-3}", "[1,null,-3]"),
                row("_int4", "{{1,2},{3,NULL}}", "[[1,2],[3,null]]"),
                row("_int4", "[0:1]={7,8}", "[7,8]"),
                row("_int4", "[-1:0][2:3]={{1,2},{3,4}}", "[[1,2],[3,4]]"),
                row("_bool", "{t,f}", "[true,false]"),
                row("_float8", "{NaN,1.5}", "[\"NaN\",1.5]"),
                row(
                        "_text",
                        "{plain,\"a,b\",\"q\\\"uote\",\"back\\\\slash\",\"NULL\",NULL,\"\",\"{x}\",\"ü 😀\"}",
                        "[\"plain\",\"a,b\",\"q\\\"uote\",\"back\\\\slash\",\"NULL\",null,\"\",\"{x}\",\"ü 😀\"]"),
                row("_bytea", "{\"\\\\x00ff\",NULL}", "[\"AP8=\",null]"),
                row("_box", "{(1,1),(0,0);(2,2),(1,1)}", "[\"(1,1),(0,0)\",\"(2,2),(1,1)\"]"),
                arguments(MOOD, "so, so", "\"so, so\""),
                arguments(Types.arrayOf(MOOD), "{sad,\"so, so\"}", "[\"sad\",\"so, so\"]"),
                arguments(POSITIVE, "5", "5"),
                arguments(Types.arrayOf(POSITIVE), "{5,6}", "[5,6]"),
                arguments(Types.domain("public", "list", Types.builtIn("_text")), "{\"a b\",c}", "[\"a b\",\"c\"]"),
                arguments(
                        Types.arrayOf(Types.domain("public", "list", Types.builtIn("_text"))),
                        "{\"{a,\\\"b c\\\"}\",\"{}\"}",
                        "[[\"a\",\"b c\"],[]]"),
                arguments(PAIR, "(1,\"a b\")", "\"(1,\\\"a b\\\")\""),
                arguments(new DataType.Base(99_999, "public", "int4"), "not a number", "\"not a number\""));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void aMalformedValueIsRefused(DataType type, String text) {
        assertThatThrownBy(() -> event(type, text))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("column v of public.t at 0/100:1");
    }

    static Stream<Arguments> aMalformedValueIsRefused() {
        return Stream.of(
                row("bool", "true"),
                row("bool", ""),
                row("int4", ""),
                row("int4", "-"),
                row("int4", "1.0"),
                row("int4", "+1"),
                row("int4", " 1"),
                row("int8", "9223372036854775808"),
                row("int8", "-9223372036854775809"),
                row("int8", "99999999999999999999"),
                row("float8", ""),
                row("float8", "."),
                row("float8", "1."),
                row("float8", "01"),
                row("float8", "1e"),
                row("float8", "1,5"),
                row("float8", "nan"),
                row("float8", "1".repeat(100)),
                row("bytea", ""),
                row("bytea", "abc"),
                row("bytea", "\\x0"),
                row("bytea", "\\x0g"),
                row("_int4", ""),
                row("_int4", "1"),
                row("_int4", "{"),
                row("_int4", "}"),
                row("_int4", "{1"),
                row("_int4", "{1,}"),
                row("_int4", "{,1}"),
                row("_int4", "{1,,2}"),
                row("_int4", "{1}2"),
                row("_int4", "{1}{2}"),
                row("_int4", "{1{2}}"),
                row("_int4", "{x}"),
                row("_int4", "{{{{{{{1}}}}}}}"),
                row("_int4", "[0:1]"),
                row("_text", "{\"a}"),
                row("_text", "{\"a\\"),
                row("_text", "{\"a\"b}"));
    }

    private static Arguments row(String type, String... rest) {
        return rest.length == 1
                ? arguments(Types.builtIn(type), rest[0])
                : arguments(Types.builtIn(type), rest[0], rest[1]);
    }

    private String event(DataType type, String text) {
        Relation relation = Batches.relation("public", "t").column("v", type).build();
        ChangeBatch batch = Batches.batch()
                .begin(1, 0x100)
                .insert(relation, text)
                .commit(0x180)
                .build();
        buffer.clear();
        json.write(batch, 0);
        return new String(buffer.copy(0, buffer.size()), StandardCharsets.UTF_8);
    }
}
