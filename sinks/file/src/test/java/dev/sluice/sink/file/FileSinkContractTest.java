package dev.sluice.sink.file;

import dev.sluice.engine.config.DataSize;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.testkit.change.JsonEvents;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.leak.LeavesNoThreads;
import dev.sluice.testkit.sink.EventSinkContractTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

@LeavesNoThreads
class FileSinkContractTest extends EventSinkContractTest {
    @TempDir
    Path directory = Path.of("");

    @Override
    protected Sink sink() {
        FileConfig config = new FileConfig(directory.resolve("made/events.jsonl"), DataSize.parse("100MB"), 10, false);
        SinkContext context = new SinkContext("shop", "lines", new SimpleMeterRegistry(), Clock.systemUTC(), Map.of());
        return new FileSinkProvider().create(config, context);
    }

    @Override
    protected List<RecordedChange> events() throws IOException {
        return new JsonEvents().readAll(Files.readAllLines(directory.resolve("made/events.jsonl")));
    }
}
