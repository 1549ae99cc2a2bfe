package dev.sluice.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.JsonEvents;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.leak.LeavesNoThreads;
import dev.sluice.testkit.sink.EventSinkContractTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

@LeavesNoThreads
class StdoutSinkContractTest extends EventSinkContractTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private PrintStream out = new PrintStream(written, false, StandardCharsets.UTF_8);

    @Override
    protected Sink sink() {
        SinkContext context = new SinkContext("shop", "lines", new SimpleMeterRegistry(), Clock.systemUTC(), Map.of());
        return new JsonLinesSink(new StandardOutput(out), context, true);
    }

    @Override
    protected List<RecordedChange> events() {
        return new JsonEvents()
                .readAll(written.toString(StandardCharsets.UTF_8).lines().toList());
    }

    @Test
    void nothingIsDurableOnceTheOutputIsClosed() {
        out = new PrintStream(new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        Sink sink = started(ITEMS);
        assertThatThrownBy(() -> write(
                        sink,
                        Batches.batch()
                                .begin(700, 0x100)
                                .insert(ITEMS, "1", "one", null)
                                .commit(0x180)
                                .build()))
                .hasMessageContaining("standard output is closed");
    }

    @Test
    void bothSinksAreFoundByTheirTypes() {
        List<String> types = new ArrayList<>();
        for (SinkProvider<?> provider : ServiceLoader.load(SinkProvider.class)) {
            types.add(provider.type());
        }
        assertThat(types).contains("file", "stdout");
    }
}
