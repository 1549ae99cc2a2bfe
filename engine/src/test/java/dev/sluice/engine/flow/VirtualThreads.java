package dev.sluice.engine.flow;

import dev.sluice.engine.flow.VirtualTime.VirtualProcess;
import java.util.ArrayList;
import java.util.List;
import reactor.core.scheduler.Scheduler;

/** Where a pipeline runs when time is virtual: no thread at all. */
record VirtualThreads(VirtualProcess process, List<Scheduler> owned, Scheduler checkpoints, Scheduler timer)
        implements Threads {
    static VirtualThreads of(VirtualProcess process) {
        return new VirtualThreads(process, new ArrayList<>(), process.thread("checkpoints"), process.thread("timer"));
    }

    @Override
    public Scheduler lane(String name) {
        Scheduler lane = process.thread("lane " + name);
        owned.add(lane);
        return lane;
    }

    @Override
    public double jitter() {
        return 0; // Reactor takes it from a random generator that no seed reaches
    }

    @Override
    public void dispose() {
        checkpoints.dispose();
        owned.forEach(Scheduler::dispose);
    }
}
