package dev.sluice.bench;

import dev.sluice.bench.report.Report;
import java.util.List;

/** One question that a benchmark answers. For one thread. */
public interface Scenario {
    /** As on the command line. */
    String name();

    /** The question, as half a sentence. */
    String question();

    /** What it can be compared with. */
    List<String> peers();

    /**
     * Sets up, measures, cleans up.
     *
     * @param progress told what is going on
     */
    Report run(BenchSettings settings, Progress progress) throws Exception;

    /** Where to say what is going on. */
    @FunctionalInterface
    interface Progress {
        void say(String sentence);
    }
}
