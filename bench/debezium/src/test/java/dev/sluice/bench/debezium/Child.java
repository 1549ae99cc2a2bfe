package dev.sluice.bench.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real {@link DebeziumChild}, as the benchmark starts it. */
final class Child implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedReader answers;
    private final Writer jobs;

    Child() throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DebeziumChild.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        jobs = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        assertThat(answers.readLine()).isEqualTo("{}");
    }

    static ObjectNode job() {
        return JSON.createObjectNode();
    }

    void send(ObjectNode job) throws IOException {
        jobs.write(job + "\n");
        jobs.flush();
    }

    JsonNode answer() throws IOException {
        return JSON.readTree(answers.readLine());
    }

    /** It has to end by itself once there is no more to read. */
    @Override
    public void close() throws IOException {
        jobs.close();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
