package dev.sluice.engine.flow;

import java.util.ArrayList;
import java.util.List;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Where a pipeline's work runs, and what of it is left to chance. A simulation puts its virtual time here. */
interface Threads {
    /** For one lane: routing, and what a sink does before it hands over to its driver. */
    Scheduler lane(String name);

    /** For the checkpoint store, which blocks. */
    Scheduler checkpoints();

    /** For delays; must not be blocked. */
    Scheduler timer();

    /** Share of a retry's delay by which chance may lengthen or shorten it, from 0 to 1. */
    default double jitter() {
        return 0.5;
    }

    /** Frees the threads; what has been handed out must no longer be used. */
    void dispose();

    /** One daemon thread per lane and one for checkpoints. */
    static Threads real(String pipeline) {
        List<Scheduler> owned = new ArrayList<>();
        Scheduler checkpoints = Schedulers.newSingle("sluice-checkpoints-" + pipeline, true);
        owned.add(checkpoints);
        return new Threads() {
            @Override
            public Scheduler lane(String name) {
                Scheduler lane = Schedulers.newSingle("sluice-lane-" + pipeline + "-" + name, true);
                owned.add(lane);
                return lane;
            }

            @Override
            public Scheduler checkpoints() {
                return checkpoints;
            }

            @Override
            public Scheduler timer() {
                return Schedulers.parallel();
            }

            @Override
            public void dispose() {
                owned.forEach(Scheduler::dispose);
            }
        };
    }
}
