package dev.sluice.daemon.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import dev.sluice.engine.config.ConfigNode.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void everyPartKnowsItsPlace() {
        Mapping root = (Mapping) YamlFile.parse("""
                state: ./state
                http: { host: 127.0.0.1, port: 8080 }
                list:
                  - "a: b"
                  - ~
                """, "f.yaml");

        assertThat(root.place().toString()).isEqualTo("f.yaml:1:1");
        assertThat(entry(root, "state").keyPlace().toString()).isEqualTo("f.yaml:1:1");
        assertThat(entry(root, "state").value().place().toString()).isEqualTo("f.yaml:1:8");
        Mapping http = (Mapping) entry(root, "http").value();
        assertThat(entry(http, "port").value().place().toString()).isEqualTo("f.yaml:2:32");
        assertThat(text(entry(http, "port").value())).isEqualTo("8080");
        Sequence list = (Sequence) entry(root, "list").value();
        assertThat(list.items()).extracting(YamlFileTest::text).containsExactly("a: b", "");
        assertThat(list.items().get(1).place().toString()).isEqualTo("f.yaml:5:5");
    }

    static List<Arguments> broken() {
        return List.of(
                Arguments.of("url: a: b\n", """
                        f.yaml:1:7: this is not YAML: mapping values are not allowed here
                             1 | url: a: b
                               |       ^
                            -> Correct the line; values with : # { } [ ] & * ! | > ' " % @ are safest in quotes."""),
                Arguments.of("a: 1\nb: 2\na: 3\n", """
                        f.yaml:3:1: the key "a" is here twice, first at f.yaml:1:1
                             3 | a: 3
                               | ^
                            -> Remove one of the two."""),
                Arguments.of("tables: [a.b, !a.c]\n", """
                        f.yaml:1:19: this is not YAML: an unquoted ! begins a tag; put the value in quotes
                             1 | tables: [a.b, !a.c]
                               |                   ^
                            -> Correct the line; values with : # { } [ ] & * ! | > ' " % @ are safest in quotes."""),
                Arguments.of("tables:\n  - !a.c\n", """
                        f.yaml:2:5: an unquoted ! begins a YAML tag, which has no meaning here
                             2 |   - !a.c
                               |     ^
                            -> Put the value in quotes, as in "!public.audit"."""),
                Arguments.of("tables:\n  - *.orders\n", """
                        f.yaml:2:6: this is not YAML: an unquoted * begins an alias; put the value in quotes
                             2 |   - *.orders
                               |      ^
                            -> Correct the line; values with : # { } [ ] & * ! | > ' " % @ are safest in quotes."""),
                Arguments.of("a:\n\t- b\n", """
                        f.yaml:2:1: this is not YAML: while scanning for the next token, found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)
                             2 |  - b
                               | ^
                            -> Correct the line; values with : # { } [ ] & * ! | > ' " % @ are safest in quotes."""),
                Arguments.of("[a]: 1\n", """
                        f.yaml:1:1: a key is not text
                             1 | [a]: 1
                               | ^
                            -> Write a word as the key."""),
                Arguments.of("a: 1\n---\nb: 1\n", """
                        f.yaml:3:1: a second document begins
                             3 | b: 1
                               | ^
                            -> Write one document."""),
                Arguments.of("", "f.yaml: is empty\n    -> Begin with pipelines:, see docs/configuration.md."));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aMistakeIsShownWithItsLineAndACaret(String text, String message) {
        SyncException error = catchThrowableOfType(SyncException.class, () -> YamlFile.parse(text, "f.yaml"));

        assertThat(error.kind()).isEqualTo(ErrorKind.CONFIGURATION);
        assertThat(error.getMessage()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password: hunter2: x\n",
                "source: { password: \"hunter2\", x: y: z }\n",
                "source: { url: postgresql://a:hunter2@h/d, x: y: z }\n",
                "password: *hunter2\n",
                "password: !hunter2\n",
                "password: &hunter2 &hunter2 x\n",
                "pass-token: 'hunter2' 'x'\n"
            })
    void aLineIsShownWithoutItsPassword(String text) {
        assertThatThrownBy(() -> YamlFile.parse(text, "f.yaml"))
                .isInstanceOf(SyncException.class)
                .hasMessageStartingWith("f.yaml:1:")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aliasesCannotBlowUpASmallFile() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String before = "*a" + (i - 1);
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(String.join(", ", Collections.nCopies(9, before))).append("]\n");
        }
        assertThatThrownBy(() -> YamlFile.parse(bomb.toString(), "f.yaml"))
                .hasMessageContaining("repeats too much through aliases");
        assertThatThrownBy(() -> YamlFile.parse("a: &a [*a]\n", "f.yaml"))
                .hasMessageContaining("repeats too much through aliases");
    }

    @Test
    void aFileThatCannotBeReadIsNamedWithTheReason() throws IOException {
        assertThatThrownBy(() -> YamlFile.read(directory.resolve("none.yaml")))
                .hasMessageContaining("none.yaml: cannot be read: there is no such file");
        assertThatThrownBy(() -> YamlFile.read(directory)).hasMessageContaining("it is a directory");
        Path latin = directory.resolve("latin.yaml");
        Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xE4});
        assertThatThrownBy(() -> YamlFile.read(latin)).hasMessageContaining("it is not UTF-8 text");
        Path control = directory.resolve("control.yaml");
        Files.writeString(control, "a: \u0007\n");
        assertThatThrownBy(() -> YamlFile.read(control)).hasMessageContaining("contains the control character U+0007");
    }

    private static ConfigNode.Entry entry(Mapping mapping, String key) {
        return Objects.requireNonNull(mapping.entries().get(key), key);
    }

    private static String text(ConfigNode node) {
        return Objects.requireNonNullElse(((Scalar) node).text(), "");
    }
}
