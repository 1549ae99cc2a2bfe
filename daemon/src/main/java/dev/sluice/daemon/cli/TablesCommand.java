package dev.sluice.daemon.cli;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.postgres.PrimaryKey;
import dev.sluice.source.postgres.PostgresSourceConfig;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.origin.SurveyedTable;
import dev.sluice.source.postgres.origin.TableSurvey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice tables}. */
@Command(
        name = "tables",
        description = {
            "List every table of the sources: whether it is followed, and why not.",
            "Changes nothing; the daemon may go on running."
        })
final class TablesCommand implements Callable<Integer> {
    private static final List<String> HEADINGS =
            List.of("", "TABLE", "KEY", "IDENTITY", "OWNER", "ROWS", "SIZE", "COULD BE FOLLOWED");

    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json; default: ${DEFAULT-VALUE}.")
    private Format format = Format.TEXT;

    /** What is printed. */
    enum Format {
        TEXT,
        JSON
    }

    TablesCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Map<String, List<SurveyedTable>> pipelines = new LinkedHashMap<>();
        config.load(surroundings).pipelines().forEach((name, pipeline) -> pipelines.put(name, survey(name, pipeline)));
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(json(pipelines).encodePrettily());
        } else {
            pipelines.forEach((name, tables) -> print(name, tables, out));
        }
        out.flush();
        return ExitCodes.OK;
    }

    private static List<SurveyedTable> survey(String name, PipelineConfig pipeline) {
        if (pipeline.source().config() instanceof PostgresSourceConfig source) {
            return TableSurvey.of(SourceSettings.of(source, name));
        }
        throw new SyncException(
                ErrorKind.CONFIGURATION, "the source of pipeline " + name + " is not PostgreSQL and has no tables");
    }

    private static void print(String name, List<SurveyedTable> tables, PrintWriter out) {
        long followed = count(tables, SurveyedTable.Fate.IN);
        long refused = count(tables, SurveyedTable.Fate.REFUSED);
        out.println(name + ": " + tables.size() + " tables, " + followed + " followed"
                + (refused == 0 ? "" : ", " + refused + " in the way of a start"));
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        tables.forEach(table -> rows.add(cells(table)));
        int[] widths = widths(rows);
        out.println("  " + line(HEADINGS, widths));
        for (int i = 0; i < tables.size(); i++) {
            out.println("  " + line(rows.get(i + 1), widths));
            tables.get(i).reasons().forEach(reason -> out.println("       " + reason));
        }
    }

    private static long count(List<SurveyedTable> tables, SurveyedTable.Fate fate) {
        return tables.stream().filter(table -> table.fate() == fate).count();
    }

    private static int[] widths(List<List<String>> rows) {
        int[] widths = new int[HEADINGS.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            boolean number = HEADINGS.get(i).equals("ROWS") || HEADINGS.get(i).equals("SIZE");
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(number ? padding + cells.get(i) : cells.get(i) + padding)
                    .append("  ");
        }
        return line.toString().stripTrailing();
    }

    private static List<String> cells(SurveyedTable surveyed) {
        return List.of(
                switch (surveyed.fate()) {
                    case IN -> "in";
                    case OUT -> "out";
                    case REFUSED -> "stops";
                },
                surveyed.table().displayName(),
                key(surveyed.key()),
                identity(surveyed),
                surveyed.table().owner(),
                surveyed.table().estimatedRows() < 0
                        ? "?"
                        : String.format(Locale.ROOT, "%,d", surveyed.table().estimatedRows()),
                size(surveyed.bytes()),
                surveyed.qualifiesForTwoWay() ? "both ways" : surveyed.qualifiesForOneWay() ? "one way" : "no");
    }

    private static String key(PrimaryKey key) {
        if (key.columns().isEmpty()) {
            return "none";
        }
        String columns = String.join(", ", key.columns());
        return key.generated() == PrimaryKey.Generated.NOT ? columns : columns + " (" + word(key.generated()) + ")";
    }

    private static String identity(SurveyedTable surveyed) {
        return word(surveyed.table().identity()) + (surveyed.table().hasReplicaIdentity() ? "" : ", lacking");
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String size(long bytes) {
        return bytes < 10L << 20
                ? String.format(Locale.ROOT, "%,d kB", bytes >> 10)
                : String.format(Locale.ROOT, "%,d MB", bytes >> 20);
    }

    private static JsonObject json(Map<String, List<SurveyedTable>> pipelines) {
        JsonObject all = new JsonObject();
        pipelines.forEach((name, tables) -> {
            JsonArray array = new JsonArray();
            tables.forEach(table -> array.add(json(table)));
            all.put(name, new JsonObject().put("tables", array));
        });
        return new JsonObject().put("pipelines", all);
    }

    private static JsonObject json(SurveyedTable surveyed) {
        return new JsonObject()
                .put("schema", surveyed.table().schema())
                .put("table", surveyed.table().name())
                .put("fate", word(surveyed.fate()))
                .put("reasons", new JsonArray(surveyed.reasons()))
                .put(
                        "key",
                        new JsonObject()
                                .put("columns", new JsonArray(surveyed.key().columns()))
                                .put("generated", word(surveyed.key().generated())))
                .put("replicaIdentity", word(surveyed.table().identity()))
                .put("hasReplicaIdentity", surveyed.table().hasReplicaIdentity())
                .put("owner", surveyed.table().owner())
                .put(
                        "estimatedRows",
                        surveyed.table().estimatedRows() < 0
                                ? null
                                : surveyed.table().estimatedRows())
                .put("bytes", surveyed.bytes())
                .put("oneWay", surveyed.qualifiesForOneWay())
                .put("twoWay", surveyed.qualifiesForTwoWay());
    }
}
