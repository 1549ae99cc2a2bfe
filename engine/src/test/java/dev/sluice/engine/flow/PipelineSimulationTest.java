package dev.sluice.engine.flow;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs the whole engine over models of a server, sinks and a disk, in virtual time, one seed after the other. More seeds:
 * {@code -Dsluice.simulation.seeds=20000}; one of them again: {@code -Dsluice.simulation.seed=4711}.
 */
class PipelineSimulationTest {
    private static final long SEEDS = Long.getLong("sluice.simulation.seeds", 200);

    @Test
    void everyChangeArrivesInOrderWhateverFails() {
        Long only = Long.getLong("sluice.simulation.seed");
        LongStream seeds = only == null ? LongStream.rangeClosed(1, SEEDS) : LongStream.of(only);
        seeds.forEach(PipelineSimulationTest::play);
    }

    private static void play(long seed) {
        Simulation simulation = new Simulation(seed);
        try {
            simulation.play();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " fails; run it again with -Dtest=PipelineSimulationTest"
                            + " -Dsluice.simulation.seed=" + seed + "\n" + e + "\n" + simulation.history(),
                    e);
        }
    }
}
