package dev.sluice.daemon.cli;

import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.SluiceConfig;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice validate}. */
@Command(
        name = "validate",
        description = {
            "Only read the configuration; show what it comes to or what is wrong.",
            "Connects to nothing and changes nothing."
        })
final class ValidateCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    ValidateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        ConfigNode tree = config.tree();
        SluiceConfig loaded = config.load(surroundings, tree);
        PrintWriter out = spec.commandLine().getOut();
        out.println(config.file() + " is valid. With defaults:");
        out.println();
        new EffectiveConfig(out, tree).print(loaded);
        out.flush();
        return ExitCodes.OK;
    }
}
