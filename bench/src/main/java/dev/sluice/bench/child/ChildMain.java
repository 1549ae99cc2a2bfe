package dev.sluice.bench.child;

import dev.sluice.bench.child.Job.AdoptJob;
import dev.sluice.bench.child.Job.DriverJob;
import dev.sluice.bench.child.Job.PipelineJob;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Main class of a child process: see {@link ChildJvm} for what it reads and prints. */
public final class ChildMain {
    private static final Logger LOG = LoggerFactory.getLogger(ChildMain.class);

    private ChildMain() {}

    /** Ends when its standard input does, and so never outlives its parent. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err); // whatever else prints must not get between the answers
        answers.println("{}");
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
            answers.println(answer(line, () -> answers.println("{\"ready\":true}")));
        }
        System.exit(0);
    }

    private static String answer(String line, Runnable ready) {
        try {
            return run(Job.of(new JsonObject(line)), ready).toJson().encode();
        } catch (SQLException | RuntimeException | OutOfMemoryError failure) {
            LOG.error("a job failed", failure); // without the job, which has passwords
            return new JsonObject().put("error", failure.toString()).encode();
        }
    }

    private static JobResult run(Job job, Runnable ready) throws SQLException {
        if (job instanceof PipelineJob pipeline) {
            return new PipelineRun(pipeline, ready).run();
        }
        return job instanceof AdoptJob adopt
                ? new Adoption(adopt.config()).run()
                : new DriverRun((DriverJob) job).run();
    }
}
