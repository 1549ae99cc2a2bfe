package dev.sluice.bench.debezium;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Main class of a process in which Debezium's embedded engine runs: does the jobs that come in, a line of JSON each (see
 * {@link EngineJob}), and answers each with a line (see {@link EngineResult}). A job that measures latency is answered with
 * {@code {"ready":true}} before, as soon as a first row has come. The very first line, {@code {}}, says that the process is
 * up.
 */
public final class DebeziumChild {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Not {@code logback.xml}: this module's jar is also on the class path of the program that has a file of that name. */
    private static final String LOGGING = "debezium-logback.xml";

    private DebeziumChild() {}

    /** Ends when its standard input does, and so never outlives its parent. */
    public static void main(String[] arguments) throws IOException {
        System.setProperty("logback.configurationFile", LOGGING);
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever else prints must not get between the answers
        answers.println("{}");
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
            answers.println(answer(line, answers));
        }
        System.exit(0);
    }

    private static ObjectNode answer(String line, PrintStream answers) {
        EngineJob job;
        try {
            job = EngineJob.decode(JSON.readTree(line));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            // Not its message, which may quote the line with the password in it.
            return error("the job cannot be read: " + e.getClass().getSimpleName());
        }
        try {
            Runnable ready = () -> answers.println(JSON.createObjectNode().put("ready", true));
            return new EngineRun(job, ready).run().encode(JSON);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return error("interrupted");
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return error(job.withoutPassword(e.toString()));
        }
    }

    private static ObjectNode error(String message) {
        return JSON.createObjectNode().put("error", message);
    }
}
