package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

@PostgresTest
class IdentifiersTest {
    private static final List<String> NASTY = List.of(
            "plain",
            "Upper Case",
            "quote\"inside",
            "it's",
            "back\\slash",
            "\\'; DROP TABLE x; --",
            "ünïcödé",
            "a.b",
            "$1");

    @Test
    void whatIsQuotedIsReadBackAsItWas(TestDatabase database) throws Exception {
        for (String text : NASTY) {
            assertThat(database.value("SELECT " + Identifiers.literal(text))).isEqualTo(text);
            database.execute("CREATE TABLE t (" + Identifiers.quote(text) + " int)");
            assertThat(database.value("SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum = 1"))
                    .isEqualTo(text);
            database.execute("DROP TABLE t");
        }
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        assertThatThrownBy(() -> Identifiers.quote("a\0b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Identifiers.literal("a\0b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Identifiers.quote("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void replicationCommandsKnowNoBackslashEscapes() {
        assertThat(Identifiers.replicationLiteral("it's \\ so")).isEqualTo("'it''s \\ so'");
        assertThat(Identifiers.qualified("a", "b\"c")).isEqualTo("\"a\".\"b\"\"c\"");
    }
}
