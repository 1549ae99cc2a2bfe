package dev.sluice.bench.child;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java process of its own, so that what is measured has a heap of a known size and nobody else in it. It is up, with its
 * main class loaded and nothing compiled yet, when this is constructed. Closing waits for it to end. For one thread.
 *
 * <p>It prints a line of JSON once it is up; then it reads a job, a line of JSON, from its standard input, answers with a
 * line, and so on until its input ends. Before the answer it may print, once, a line in which {@code ready} is true. An
 * answer with the key {@code error} says that it could not do the job.
 */
public final class ChildJvm implements AutoCloseable {
    private static final long END_SECONDS = 30;

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter jobs;

    /**
     * One of ours: its jobs are {@link Job}s.
     *
     * @param options such as {@code -Xmx256m}
     */
    public ChildJvm(List<String> options) throws IOException {
        this(options, System.getProperty("java.class.path"), ChildMain.class.getName());
    }

    public ChildJvm(List<String> options, String classPath, String mainClass) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        jobs = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        try {
            answer();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Does a job there and waits for it. Fails with what it failed with. */
    public JobResult run(Job job) throws IOException {
        return run(job.toJson(), () -> {});
    }

    /** @param ready run on the calling thread when the process says that it is */
    public JobResult run(JsonObject job, Ready ready) throws IOException {
        jobs.write(job.encode());
        jobs.newLine();
        jobs.flush();
        JsonObject answer = answer();
        if (answer.getBoolean("ready", false)) {
            ready.run();
            answer = answer();
        }
        String error = answer.getString("error");
        if (error != null) {
            throw new IOException("in the child process: " + error);
        }
        return JobResult.of(answer);
    }

    /** What to do when a process is ready; it goes on meanwhile. */
    @FunctionalInterface
    public interface Ready {
        void run() throws IOException;
    }

    private JsonObject answer() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith("{")) {
                return new JsonObject(line);
            }
            System.err.println(line); // Java's own, such as that a flight recording has begun
        }
        throw new IOException("the child process has died; what it said is above");
    }

    @Override
    public void close() throws IOException {
        try {
            jobs.close();
        } catch (IOException died) {
            process.destroyForcibly(); // with what it was told still in our buffer
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
