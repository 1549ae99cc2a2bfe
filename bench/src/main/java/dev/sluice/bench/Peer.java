package dev.sluice.bench;

import dev.sluice.bench.report.Measurement;
import java.util.Optional;

/** Something that does a scenario's work and is measured at it: Sluice itself, or what else one could use. For one thread. */
public interface Peer {
    /** As on the command line and in the closing line. */
    String name();

    /** Why it cannot take part on this machine; empty if it can. */
    Optional<String> missing();

    /**
     * Does all of the work once, from a cold start of its own.
     *
     * @param round counts from 1
     */
    Measurement measure(int round) throws Exception;
}
