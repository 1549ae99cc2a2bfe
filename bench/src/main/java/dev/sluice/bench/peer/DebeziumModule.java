package dev.sluice.bench.peer;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the module is that runs Debezium. It has libraries of its own, which must not meet ours, so it is not on our class
 * path; whoever starts us says where it was built.
 */
record DebeziumModule(@Nullable Path target) {
    /** Set to the module's {@code target} directory. */
    private static final String PROPERTY = "sluice.bench.debezium";

    static DebeziumModule find() {
        String directory = System.getProperty(PROPERTY);
        return new DebeziumModule(directory == null ? null : Path.of(directory));
    }

    Optional<String> missing() {
        if (target == null) {
            return Optional.of("-D" + PROPERTY + " does not say where the module bench/debezium was built");
        }
        return Files.isDirectory(target.resolve("lib"))
                ? Optional.empty()
                : Optional.of("not built: mvn -pl bench/debezium -am package -DskipTests");
    }

    /** Where Debezium Server is, if it was fetched. */
    Path server() {
        return Objects.requireNonNull(target, "not built").resolve("debezium-server");
    }

    String classPath() {
        return target + "/classes" + File.pathSeparator + target + "/lib/*";
    }
}
