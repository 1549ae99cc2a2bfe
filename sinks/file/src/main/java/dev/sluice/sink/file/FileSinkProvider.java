package dev.sluice.sink.file;

import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;

/** {@code type: file}. */
public final class FileSinkProvider implements SinkProvider<FileConfig> {
    @Override
    public String type() {
        return "file";
    }

    @Override
    public Class<FileConfig> configType() {
        return FileConfig.class;
    }

    @Override
    public Sink create(FileConfig config, SinkContext context) {
        return new JsonLinesSink(new RotatingFile(config), context, config.schemaEvents());
    }
}
