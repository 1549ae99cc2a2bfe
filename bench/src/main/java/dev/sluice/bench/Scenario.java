package dev.sluice.bench;

import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.server.Shape;
import java.util.List;

/** One question that a benchmark answers. Keeps nothing from one call to the next. */
public interface Scenario {
    /** As on the command line. */
    String name();

    /** The question, as half a sentence. */
    String question();

    /** What it can be compared with, as on the command line; nothing for one that compares Sluice with itself. */
    default List<String> peers() {
        return List.of();
    }

    /** How many rows of the standard shape it takes if nobody says otherwise. */
    default long rows() {
        return 1_000_000;
    }

    /** How often each peer is measured if nobody says otherwise. */
    default int rounds() {
        return 3;
    }

    /** Heap of a Java process that is measured, as after {@code -Xmx}, if nobody says otherwise. */
    default String heap() {
        return "512m";
    }

    /** Sets up, measures, cleans up, for rows of one shape. */
    List<Comparison> measure(Bed bed, Shape shape) throws Exception;

    /** Where to say what is going on. */
    @FunctionalInterface
    interface Progress {
        void say(String sentence);
    }
}
