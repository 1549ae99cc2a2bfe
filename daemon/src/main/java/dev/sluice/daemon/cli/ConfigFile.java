package dev.sluice.daemon.cli;

import dev.sluice.daemon.OwnVertx;
import dev.sluice.daemon.yaml.YamlFile;
import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.SluiceConfig;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option that names the configuration, and the reading of it. */
final class ConfigFile {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "sluice.yaml",
            description = "Configuration file; default: ${DEFAULT-VALUE}.")
    private Path file = Path.of("sluice.yaml");

    Path file() {
        return file;
    }

    /** The file as it is written. */
    ConfigNode tree() {
        return YamlFile.read(file);
    }

    /** Fails with CONFIGURATION and every problem there is. */
    SluiceConfig load(Surroundings surroundings) {
        return load(surroundings, tree());
    }

    /** As {@link #load(Surroundings)}, from a tree that has been read already. */
    SluiceConfig load(Surroundings surroundings, ConfigNode tree) {
        Path directory = file.toAbsolutePath().getParent();
        ConfigBinder binder = ConfigBinder.of(surroundings.environment(), directory == null ? Path.of("/") : directory);
        try (OwnVertx own = new OwnVertx()) {
            return SluiceConfig.read(tree, binder, surroundings.providers().get(), Map.of(Vertx.class, own.vertx()));
        }
    }
}
