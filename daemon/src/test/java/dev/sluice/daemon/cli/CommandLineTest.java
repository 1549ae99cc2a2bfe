package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.config.Providers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final InProcess sluice = new InProcess();

    @Test
    void helpTellsCommandsAndExitCodes() {
        assertThat(sluice.run("--help")).isZero();
        assertThat(sluice.out()).isEqualTo("""
                Usage: sluice [-h] [--log-level=LEVEL] COMMAND
                Keeps other systems in step with PostgreSQL, row by row, as it changes.

                Options:
                  -h, --help              Show this help.
                      --log-level=LEVEL   error, warn, info, debug or trace; default: SLUICE_LOG, or info.

                Commands:
                  run         Copy what is there, then keep the sinks in step until stopped.
                  verify      Compare source and PostgreSQL sinks row by row, at a common position.
                  validate    Only read the configuration; show what it comes to or what is wrong.
                  tables      List every table of the sources: whether it is followed, and why not.
                  install     Install the change log in the sources that need one (capture: changelog), or
                                print its SQL.
                  sequences   Set the sequences of PostgreSQL sinks to where the source's are, never back.
                  teardown    Drop slot, publication and state of the pipelines, after asking.
                  version     Show which version this is.
                  completion  Print a completion script for bash and zsh.

                Exit codes:
                  0   done
                  1   something could not be done; standard error says what and why
                  2   the command line or the configuration is wrong; nothing was touched
                  3   verify found differences, or could not compare everything

                The configuration is described in docs/configuration.md, the daemon in docs/daemon.md.
                """);
    }

    @Test
    void everyCommandHasHelp() {
        for (String command :
                new String[] {"run", "verify", "validate", "install", "sequences", "teardown", "version", "completion"
                }) {
            assertThat(sluice.run(command, "--help")).as(command).isZero();
            assertThat(sluice.out()).as(command).contains("Usage: sluice " + command);
        }
    }

    @Test
    void aWrongCommandLineIsAUsageError() {
        assertThat(sluice.run("verfy")).isEqualTo(2);
        assertThat(sluice.err()).contains("Did you mean: sluice verify");
        assertThat(sluice.run()).isEqualTo(2);
        assertThat(sluice.err()).contains("a command is missing");
        assertThat(sluice.run("run", "--until")).isEqualTo(2);
        assertThat(sluice.err()).contains("--until-caught-up");
    }

    @Test
    void versionAndCompletionGoToStandardOutput() {
        assertThat(sluice.run("version")).isZero();
        assertThat(sluice.out()).startsWith("sluice ").contains("Java 17");
        assertThat(sluice.run("completion")).isZero();
        assertThat(sluice.out()).contains("complete -F _complete_sluice").contains("--until-caught-up");
    }

    @Test
    void validateShowsEveryMistakeAndNoSecret() throws IOException {
        String file = write("""
                state: ./state
                htpp: { port: 8080 }
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: postgresql://sluice@localhost:5432/shop
                      password: ${env:SLUICE_PASSWORD}
                      tabels: ["public.*"]
                    sinks:
                      replica:
                        type: postgers
                        url: postgresql://sluice:hunter2@localhost:5433/shop
                    batch: much
                """);

        assertThat(sluice.run("validate", "-c", file)).isEqualTo(2);
        assertThat(sluice.out()).isEmpty();
        String types = String.join(", ", Providers.load().sinkTypes());
        assertThat(sluice.err())
                .isEqualTo("""
                FILE:2:1: unknown key "htpp"
                    -> Did you mean "http"? Known here: state, http, pipelines.

                FILE:6:7: pipelines.shop.source: missing key "tables"
                    -> Add tables, a list.

                FILE:8:17: pipelines.shop.source.password: the environment variable SLUICE_PASSWORD is not set
                    -> Set it, or give a default: ${env:SLUICE_PASSWORD:-default}.

                FILE:9:7: unknown key "tabels" in pipelines.shop.source
                    -> Did you mean "tables"? Known here: KEYS.

                FILE:12:15: pipelines.shop.sinks.replica.type: "postgers" is not known
                    -> Did you mean "postgres"? Known here: TYPES.

                FILE:14:12: pipelines.shop.batch: expected a size, found "much"
                    -> Write a size such as 512, 64KB or 16MB.
                """.replace("FILE", file).replace("TYPES", types).replace("KEYS", sourceKeys()));
    }

    @Test
    void validateShowsWhatAConfigurationComesToWithoutSecrets() throws IOException {
        String file = write("""
                http: { port: 8080 }
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: postgresql://sluice:hunter1@localhost:5432/shop
                      tables: ["public.*", "!public.audit_*"]
                    sinks:
                      replica:
                        type: postgres
                        url: postgresql://sluice@localhost:5433/shop
                        password: hunter2
                        columns: { public.customers: ["*", "!phone"] }
                """);

        assertThat(sluice.run("validate", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out())
                .startsWith(file + " is valid.")
                .contains("state: " + directory.resolve("state"))
                .contains("    source:\n      type: postgres\n")
                .contains("url: postgresql://sluice:***@localhost:5432/shop")
                .contains("        password: \"***\"\n")
                .contains("      tables: [\"public.*\", \"!public.audit_*\"]\n")
                .contains("        columns: { public.customers: [\"*\", \"!phone\"] }")
                .contains(
                        "      memory: 64MB\n    batch: 2MB\n    schema: additive\n    copyTurn: 3s\n    drain: 30s\n")
                .doesNotContain("hunter");
        assertThat(sluice.err()).isEmpty();
        assertThat(directory.resolve("state")).as("nothing is touched").doesNotExist();
    }

    @Test
    void validateShowsNoPartOfAPasswordAndVariablesAsTheyAreWritten() throws IOException {
        String file = write("""
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: "postgresql://u:hunter@hunter hunter@h/d"
                      slot: ${env:SLOT:-hunter}
                      tables: ["${env:TABLE}"]
                    sinks:
                      replica: { type: postgres, url: "${env:URL}", password: "${env:PASSWORD:-hunter}" }
                      other: { type: postgres, url: "postgresql://u:${env:PASSWORD}@h/d" }
                """);
        Map<String, String> environment =
                Map.of("TABLE", "public.hunter", "URL", "postgresql://hunter@h/d", "PASSWORD", "hunter");

        assertThat(sluice.run(environment, "", "validate", "-c", file))
                .as(sluice.err())
                .isZero();

        assertThat(sluice.out())
                .contains("url: postgresql://u:***@h/d\n      tables: [\"${env:TABLE}\"]")
                .contains("slot: \"${env:SLOT}\"")
                .contains("url: \"${env:URL}\"\n        password: \"${env:PASSWORD}\"")
                .doesNotContain("hunter");
        Files.writeString(directory.resolve("printed.yaml"), sluice.out().replaceFirst("(?s).*?\\R\\R", ""));
        assertThat(sluice.run(
                        environment,
                        "",
                        "validate",
                        "-c",
                        directory.resolve("printed.yaml").toString()))
                .as(sluice.err())
                .isEqualTo(2);
        assertThat(sluice.err())
                .as("valid YAML, in which only a variable that had a default is missing")
                .contains("the environment variable SLOT is not set")
                .doesNotContain("this is not YAML");
    }

    @Test
    void aValueThatOnlyTheProviderCanJudgeIsShownAtItsPlace() throws IOException {
        String file = write("""
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: postgresql://sluice:hunter1@localhost:5432/shop
                      slot: Not-A-Slot
                      tables: ["public.*"]
                    sinks:
                      replica:
                        type: postgres
                        url: postgresql://sluice@localhost:5433/shop
                        tables: ["!x"]
                """);

        assertThat(sluice.run("validate", "-c", file)).isEqualTo(2);
        assertThat(sluice.err())
                .startsWith(file + ":6:13: pipelines.shop.source.slot: \"Not-A-Slot\" cannot be the name of a slot")
                .contains(file + ":12:17: pipelines.shop.sinks.replica.tables: no pattern includes a table")
                .doesNotContain("hunter");
    }

    @Test
    void theNullSinkNeedsNoQuotesAndAForgottenTypeIsNotTakenForIt() throws IOException {
        String yaml = """
                pipelines:
                  shop:
                    source: { type: postgres, url: postgresql://sluice@localhost:1/shop, tables: ["public.*"] }
                    sinks:
                      counter: { type: TYPE }
                      bus: { type: eventbus, timeout: 5s }
                """;

        assertThat(sluice.run("validate", "-c", write(yaml.replace("TYPE", "null"))))
                .as(sluice.err())
                .isZero();
        assertThat(sluice.out()).contains("      counter:\n        type: null\n");
        assertThat(sluice.run("validate", "-c", write(yaml.replace("TYPE", "~"))))
                .isEqualTo(2);
        assertThat(sluice.err()).contains("pipelines.shop.sinks.counter: missing key \"type\"");
    }

    @Test
    void aMissingFileIsAConfigurationError() {
        assertThat(sluice.run("run", "-c", directory.resolve("none.yaml").toString()))
                .isEqualTo(2);
        assertThat(sluice.err()).contains("none.yaml: cannot be read: there is no such file");
    }

    @Test
    void teardownDoesNotGoOnWithoutSomebodyToAsk() throws IOException {
        String file = write("""
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: postgresql://sluice@localhost:1/shop
                      tables: ["public.*"]
                    sinks:
                      replica: { type: postgres, url: "postgresql://sluice@localhost:1/shop" }
                """);

        assertThat(sluice.run("teardown", "-c", file)).as(sluice.err()).isEqualTo(2);
        assertThat(sluice.err()).contains("-> Add --yes.");
    }

    @Test
    void anUnknownLogLevelIsAConfigurationError() {
        assertThat(sluice.run(Map.of("SLUICE_LOG", "loud"), "", "version")).isEqualTo(2);
        assertThat(sluice.err()).contains("SLUICE_LOG is \"loud\"");
        assertThat(sluice.run("version", "--log-level", "DEBUG")).isZero();
    }

    private static String sourceKeys() {
        StringBuilder keys = new StringBuilder("type");
        Class<?> type = java.util.Objects.requireNonNull(Providers.load().source("postgres"))
                .configType();
        for (var component : type.getRecordComponents()) {
            keys.append(", ").append(component.getName());
        }
        return keys.toString();
    }

    private String write(String yaml) throws IOException {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, yaml);
        return file.toString();
    }
}
