package dev.sluice.bench;

import dev.sluice.bench.report.Measurement;
import java.util.Map;
import java.util.Optional;

/** Something that does a scenario's work and is measured at it: Sluice itself, or what else one could use. For one thread. */
public interface Peer {
    /** As on the command line and in the closing line. */
    String name();

    /** Why it cannot take part on this machine, and what to do about it; empty if it can. */
    default Optional<String> missing() {
        return Optional.empty();
    }

    /**
     * Does all of the work once, from a cold start of its own.
     *
     * @param round counts from 1
     */
    Measurement measure(int round) throws Exception;

    /** Its version and how it is set, for the report; asked after it was measured. */
    default Map<String, Object> about() throws Exception {
        return Map.of();
    }
}
