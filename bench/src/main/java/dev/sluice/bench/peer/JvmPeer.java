package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.report.Measurement;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Does the work in a Java process that is started for each round. Its start-up does not count, and unless warm-ups are set
 * to none it has done the work for some seconds before: what is measured is a process that has been up for a while. The time of that
 * first run, with nothing compiled yet, is in the details. For one thread.
 */
public final class JvmPeer implements Peer {
    public static final String SLUICE = "sluice";

    private final String name;
    private final Bed bed;
    private final @Nullable Work warmUp;
    private final Work work;

    /** Does the work once. */
    @FunctionalInterface
    public interface Work {
        /** @param run names this run: lower-case letters, digits and underscores */
        Measurement run(ChildJvm child, String run) throws Exception;
    }

    private JvmPeer(String name, Bed bed, @Nullable Work warmUp, Work work) {
        this.name = name;
        this.bed = bed;
        this.warmUp = warmUp;
        this.work = work;
    }

    /** One that does the same work to warm up as when it counts. */
    public static JvmPeer of(String name, Bed bed, Work work) {
        return new JvmPeer(name, bed, work, work);
    }

    /** One that warms up by itself, as part of the work. */
    public static JvmPeer selfWarming(String name, Bed bed, Work work) {
        return new JvmPeer(name, bed, null, work);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Measurement measure(int round) throws Exception {
        String key = name.replaceAll("[^a-z0-9]", "_") + "_" + round;
        try (ChildJvm child = new ChildJvm(bed.javaOptions(key, round))) {
            Map<String, Object> details = new LinkedHashMap<>();
            Work warming = warmUp;
            if (warming != null) {
                new WarmUp(bed.settings().warmUp()).run(n -> {
                    Measurement uncounted = warming.run(child, key + "_warm_up_" + n);
                    details.putIfAbsent("coldSeconds", uncounted.time().toNanos() / 1e9);
                });
            }
            Measurement measured = work.run(child, key);
            details.putAll(measured.details());
            return new Measurement(measured.rows(), measured.time(), details, measured.samples(), measured.latencies());
        }
    }

    @Override
    public Map<String, Object> about() throws IOException {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("heap", bed.heap());
        about.put(
                "jvm",
                bed.settings().warmUp().isZero() && warmUp != null
                        ? "a fresh process for each round; its start-up is not counted, compiling is (cold)"
                        : "a fresh process for each round, warmed up before it counts");
        if (!bed.settings().javaOptions().isEmpty()) {
            about.put("javaOptions", String.join(" ", List.copyOf(bed.settings().javaOptions())));
        }
        return about;
    }
}
