package dev.sluice.daemon.cli;

import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.source.postgres.PostgresSourceConfig;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.changelog.ChangelogInstallation;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice install}. */
@Command(
        name = "install",
        description = {
            "Install the change log in the sources that need one (capture: changelog), or print its SQL.",
            "run does so too, where it may."
        })
final class InstallCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--print", description = "Only print the SQL, for somebody with more rights to run.")
    private boolean print;

    InstallCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        config.load(surroundings).pipelines().forEach((name, pipeline) -> install(name, pipeline, out));
        out.flush();
        return ExitCodes.OK;
    }

    private void install(String name, PipelineConfig pipeline, PrintWriter out) {
        String comment = print ? "-- " : "";
        if (!(pipeline.source().config() instanceof PostgresSourceConfig source)) {
            out.println(comment + name + ": its source is not PostgreSQL, nothing is installed");
            return;
        }
        SourceSettings settings = SourceSettings.of(source, name);
        if (!ChangelogInstallation.isNeeded(settings)) {
            out.println(comment + name + ": follows a replication slot, nothing is installed");
        } else if (print) {
            out.println("-- " + name + ": for database " + settings.endpoint().displayName());
            for (List<String> transaction : ChangelogInstallation.script(settings)) {
                out.println("BEGIN;");
                transaction.forEach(out::println);
                out.println("COMMIT;");
            }
        } else {
            List<String> tables = ChangelogInstallation.install(settings);
            out.println(name + ": changes of these tables are logged in schema sluice: " + String.join(", ", tables));
        }
    }
}
