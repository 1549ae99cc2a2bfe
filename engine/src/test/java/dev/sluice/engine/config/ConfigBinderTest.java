package dev.sluice.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.ConfigNode.Entry;
import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import dev.sluice.engine.route.TableSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigBinderTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path base;

    enum Mode {
        PREFER,
        VERIFY_FULL
    }

    record Inner(int port, @Default("true") boolean eager) {
        Inner {
            if (port < 0) {
                throw new IllegalArgumentException("port: a port is not negative");
            }
        }
    }

    record Everything(
            String url,
            @Nullable Secret password,
            @Default("verify-full") Mode mode,
            @Default("5s") Duration pause,
            @Default("64KB") DataSize size,
            @Default("0.5") double ratio,
            @Default("7") long rows,
            @Default("./state") Path state,
            @Default("[a, b]") List<String> words,
            @Default("{}") Map<String, List<String>> columns,
            @Default("[public.*]") TableSelection tables,
            @Nullable Integer limit,
            @Nullable Inner inner,
            @Names @Default("{}") Map<String, Inner> named) {
        Everything {
            if (url.startsWith("jdbc:")) {
                throw new IllegalArgumentException(
                        "a JDBC URL is not taken: " + url + " " + (password == null ? "" : password.value()));
            }
        }
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        Everything all = bind(Map.of("url", "x"));

        assertThat(all.password()).isNull();
        assertThat(all.mode()).isEqualTo(Mode.VERIFY_FULL);
        assertThat(all.pause()).isEqualTo(Duration.ofSeconds(5));
        assertThat(all.size()).isEqualTo(new DataSize(65_536));
        assertThat(all.ratio()).isEqualTo(0.5);
        assertThat(all.rows()).isEqualTo(7);
        assertThat(all.state()).isEqualTo(base.resolve("state"));
        assertThat(all.words()).containsExactly("a", "b");
        assertThat(all.columns()).isEmpty();
        assertThat(all.tables().includes("public", "t")).isTrue();
        assertThat(all.limit()).isNull();
        assertThat(all.inner()).isNull();
    }

    @Test
    void everyTypeIsRead() {
        Everything all = bind(Map.ofEntries(
                Map.entry("url", "u"),
                Map.entry("password", "secret"),
                Map.entry("mode", "prefer"),
                Map.entry("pause", "250ms"),
                Map.entry("size", "2MB"),
                Map.entry("ratio", 0.25),
                Map.entry("rows", 9_000_000_000L),
                Map.entry("state", "/var/lib/sluice"),
                Map.entry("words", List.of("x")),
                Map.entry("columns", Map.of("public.t", List.of("id"))),
                Map.entry("tables", List.of("shop.*", "!shop.audit")),
                Map.entry("limit", 3),
                Map.entry("inner", Map.of("port", 1, "eager", false)),
                Map.entry("named", Map.of("a-1", Map.of("port", "2")))));

        assertThat(all.password()).isEqualTo(new Secret("secret"));
        assertThat(all.mode()).isEqualTo(Mode.PREFER);
        assertThat(all.pause()).isEqualTo(Duration.ofMillis(250));
        assertThat(all.size().bytes()).isEqualTo(2 << 20);
        assertThat(all.ratio()).isEqualTo(0.25);
        assertThat(all.rows()).isEqualTo(9_000_000_000L);
        assertThat(all.state()).isEqualTo(Path.of("/var/lib/sluice"));
        assertThat(all.words()).containsExactly("x");
        assertThat(all.columns()).containsEntry("public.t", List.of("id"));
        assertThat(all.tables().includes("shop", "audit")).isFalse();
        assertThat(all.limit()).isEqualTo(3);
        assertThat(all.inner()).isEqualTo(new Inner(1, false));
        assertThat(all.named()).containsEntry("a-1", new Inner(2, true));
    }

    static List<Arguments> mistakes() {
        return List.of(
                mistake(
                        Map.of("url", "x", "pasword", "hunter2"),
                        "$.pasword: unknown key \"pasword\"",
                        "Did you mean \"password\"? Known here: url, password, mode, pause, size, ratio, rows, state,"
                                + " words, columns, tables, limit, inner, named."),
                mistake(
                        Map.of("url", "x", "zzz", 1),
                        "$.zzz: unknown key \"zzz\"",
                        "Known here: url, password, mode, pause, size, ratio, rows, state, words, columns, tables,"
                                + " limit, inner, named."),
                mistake(Map.of(), "$: missing key \"url\"", "Add url, text."),
                mistake(Map.of("url", List.of("x")), "$.url: url: expected text, found a list", "Write a text."),
                mistake(
                        Map.of("url", "x", "mode", "prefre"),
                        "$.mode: mode: expected one of prefer, verify-full, found \"prefre\"",
                        "Known here: prefer, verify-full."),
                mistake(
                        Map.of("url", "x", "pause", "soon"),
                        "$.pause: pause: expected a duration, found \"soon\"",
                        "Write a duration such as 250ms, 5s, 10m, 2h or 1d."),
                mistake(
                        Map.of("url", "x", "size", "12XB"),
                        "$.size: size: expected a size, found \"12XB\"",
                        "Write a size such as 512, 64KB or 16MB."),
                mistake(
                        Map.of("url", "x", "size", "999999999999TB"),
                        "$.size: size: expected a size, found \"999999999999TB\"",
                        "Write a size such as 512, 64KB or 16MB."),
                mistake(
                        Map.of("url", "x", "ratio", "NaN"),
                        "$.ratio: ratio: expected a number, found \"NaN\"",
                        "Write a number such as 0.5."),
                mistake(
                        Map.of("url", "x", "inner", Map.of("port", "1", "eager", "yes")),
                        "$.inner.eager: inner.eager: expected true or false, found \"yes\"",
                        "Write true or false."),
                mistake(
                        Map.of("url", "x", "inner", 5),
                        "$.inner: inner: expected keys with values, found a single value",
                        "Write key: value."),
                mistake(
                        Map.of("url", "x", "words", "a"),
                        "$.words: words: expected a list, found a single value",
                        "Write a list: [a, b]."),
                mistake(
                        Map.of("url", "x", "inner", Map.of("port", -1)),
                        "$.inner.port: inner.port: a port is not negative",
                        "Correct the value."),
                mistake(
                        Map.of("url", "x", "named", Map.of("a b", Map.of("port", 1))),
                        "$.named.a b: named: \"a b\" cannot be a name",
                        "Use 1 to 40 letters, digits, _ and -."),
                mistake(
                        Map.of("url", "x", "tables", List.of("!a.b")),
                        "$.tables: tables: no pattern includes a table; begin with \"public.*\"",
                        "Correct the patterns."),
                mistake(
                        Map.of("url", "${env:MISSING}"),
                        "$.url: url: the environment variable MISSING is not set",
                        "Set it, or give a default: ${env:MISSING:-default}."),
                mistake(
                        Map.of("url", "${vault:x}"),
                        "$.url: url: ${vault:x} is not known",
                        "Write ${env:NAME}, ${env:NAME:-default} or ${file:path}, or $${ for a literal ${."),
                mistake(
                        Map.of("url", "${env:MISSING"),
                        "$.url: url: a ${ is not closed",
                        "Close it with }, or write $${ for a literal ${."),
                mistake(
                        Map.of("url", "x", "limit", "${env:WORD}"),
                        "$.limit: limit: expected a whole number, found what ${env:WORD} holds",
                        "Write a whole number such as 8080."));
    }

    private static Arguments mistake(Map<String, Object> tree, String what, String remedy) {
        return Arguments.of(tree, what, remedy);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsShownWhereItWasMade(Map<String, Object> tree, String what, String remedy) {
        SyncException error = refused(tree);

        assertThat(error.kind()).isEqualTo(ErrorKind.CONFIGURATION);
        assertThat(error.problems()).hasSize(1);
        assertThat(error.problems().get(0).what()).isEqualTo(what);
        assertThat(error.problems().get(0).remedy()).isEqualTo(remedy);
        assertThat(error.toString()).doesNotContain("hunter2").doesNotContain("wordy");
    }

    @Test
    void allMistakesAreShownAtOnceInTheOrderOfTheFile() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("named", scalar("x", 9));
        entries.put("mode", scalar("y", 4));
        entries.put("unknown", scalar("z", 2));
        Mapping root = new Mapping(Place.inFile("f.yaml", 1, 1), entries);

        SyncException error = catchThrowableOfType(SyncException.class, () -> binder().bind(root, Everything.class));

        assertThat(error.problems())
                .extracting(
                        problem -> problem.what().substring(0, problem.what().indexOf(": ")))
                .containsExactly("f.yaml:1:1", "f.yaml:2:1", "f.yaml:4:3", "f.yaml:9:3");
    }

    @Test
    void variablesAndFilesStandForValues() throws IOException {
        Files.writeString(base.resolve("secret.txt"), "from file\n");

        assertThat(bind(Map.of("url", "a ${env:WORD} b", "password", "${file:secret.txt}")))
                .extracting(Everything::url, Everything::password)
                .containsExactly("a wordy b", new Secret("from file"));
        assertThat(bind(Map.of("url", "${env:MISSING:-de:fault}")).url()).isEqualTo("de:fault");
        assertThat(bind(Map.of("url", "$${env:WORD}")).url()).isEqualTo("${env:WORD}");
        assertThat(bind(Map.of("url", "x", "password", "${env:MISSING:-}")).password())
                .isNull();
    }

    @Test
    void aMissingFileIsNamedWithWhereItWasLookedFor() {
        assertThatThrownBy(() -> bind(Map.of("url", "${file:nothere.txt}")))
                .hasMessageStartingWith("$.url: url: the file nothere.txt cannot be read: there is no such file")
                .hasMessageContaining("relative to " + base);
        assertThatThrownBy(() -> bind(Map.of("url", "${file:.}")))
                .hasMessageContaining("the file . cannot be read: it is a directory");
    }

    @Test
    void aConstructorsMessageIsShownWithoutHiddenValues() {
        SyncException error = refused(Map.of("url", "jdbc:${env:WORD}", "password", "hunter2"));

        assertThat(error.getMessage())
                .startsWith("$: a JDBC URL is not taken: jdbc:*** ***")
                .doesNotContain("wordy")
                .doesNotContain("hunter2");
    }

    @Test
    void aSecretIsNotShownEvenByTheTree() {
        assertThat(ConfigNode.of(Map.of("password", "hunter2"), "$").toString()).doesNotContain("hunter2");
        assertThat(bind(Map.of("url", "x", "password", "hunter2")).toString()).doesNotContain("hunter2");
    }

    @Test
    void twoRecordsCanShareASection() {
        record Left(String a) {}
        record Right(String b) {}
        record Both(Left left, Right right) {}
        record Root(Both both) {}
        ConfigBinder binder = binder().with(Both.class, section -> {
            section.word("type", List.of("one", "two"));
            Left left = section.bind(Left.class);
            Right right = section.bind(Right.class);
            return left == null || right == null ? null : new Both(left, right);
        });

        Map<String, Object> good = Map.of("both", Map.of("type", "one", "a", "1", "b", "2"));
        assertThat(binder.bind(ConfigNode.of(good, "$"), Root.class))
                .isEqualTo(new Root(new Both(new Left("1"), new Right("2"))));
        Map<String, Object> bad = Map.of("both", Map.of("type", "one", "a", "1", "b", "2", "c", "3"));
        assertThatThrownBy(() -> binder.bind(ConfigNode.of(bad, "$"), Root.class))
                .hasMessageStartingWith("$.both.c: unknown key \"c\" in both")
                .hasMessageContaining("Known here: type, a, b.");
        Map<String, Object> wrong = Map.of("both", Map.of("type", "tow", "a", "1", "b", "2"));
        assertThatThrownBy(() -> binder.bind(ConfigNode.of(wrong, "$"), Root.class))
                .hasMessageStartingWith("$.both.type: both.type: \"tow\" is not known")
                .hasMessageContaining("Did you mean \"two\"? Known here: one, two.");
    }

    @Test
    void aSingleValueMayStandForASection() {
        record Copy(@Alone String mode, @Default("4") int workers) {}
        record Root(Copy copy) {}

        assertThat(binder().bind(ConfigNode.of(Map.of("copy", "never"), "$"), Root.class))
                .isEqualTo(new Root(new Copy("never", 4)));
        assertThat(binder().bind(ConfigNode.of(Map.of("copy", Map.of("mode", "all", "workers", "2")), "$"), Root.class))
                .isEqualTo(new Root(new Copy("all", 2)));
        assertThatThrownBy(() -> binder().bind(ConfigNode.of(Map.of("copy", List.of("never")), "$"), Root.class))
                .hasMessageContaining("copy: expected keys with values, found a list");
    }

    private static Entry scalar(String text, int line) {
        return new Entry(Place.inFile("f.yaml", line, 1), new Scalar(Place.inFile("f.yaml", line, 3), text));
    }

    private SyncException refused(Map<String, Object> tree) {
        return catchThrowableOfType(SyncException.class, () -> bind(tree));
    }

    private Everything bind(Map<String, ?> tree) {
        return binder().bind(ConfigNode.of(tree, "$"), Everything.class);
    }

    private ConfigBinder binder() {
        return ConfigBinder.of(Map.of("WORD", "wordy"), base);
    }
}
