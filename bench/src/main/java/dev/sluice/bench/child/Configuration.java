package dev.sluice.bench.child;

import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The configuration of a job, read as the daemon reads its file; it has one pipeline. */
record Configuration(SluiceConfig config, String pipelineName) {
    static Configuration of(Map<String, Object> values) {
        SluiceConfig config = SluiceConfig.read(
                ConfigNode.of(values, "$"), ConfigBinder.of(Map.of(), Path.of("")), Providers.load(), Map.of());
        return new Configuration(config, config.pipelines().keySet().iterator().next());
    }

    PipelineConfig pipeline() {
        return Objects.requireNonNull(config.pipelines().get(pipelineName));
    }
}
