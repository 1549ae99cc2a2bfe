package dev.sluice.source.postgres;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Foresees that the server will invalidate the slot, from how much WAL may still be written and how fast it comes. Keeps no
 * time of its own. For one thread.
 */
final class SlotDanger {
    static final Duration SOON = Duration.ofMinutes(15);
    static final Duration AGAIN = Duration.ofMinutes(1);

    private boolean looked;
    private long lastNanos;
    private long lastLsn;
    private boolean warned;
    private long warnedNanos;

    /**
     * What is left before the server may invalidate the slot.
     *
     * @param bytes of WAL
     * @param time at the rate at which WAL came last
     */
    record Left(long bytes, Duration time) {}

    /**
     * The slot as it is now.
     *
     * @param safeBytes how much WAL may still be written, null for no limit
     * @return what is left, if that is little and was not said within the last minute
     */
    Optional<Left> look(long nowNanos, long serverLsn, @Nullable Long safeBytes) {
        double seconds = (nowNanos - lastNanos) / 1e9;
        double bytesPerSecond = looked && seconds > 0 ? Math.max(0, serverLsn - lastLsn) / seconds : 0;
        looked = true;
        lastNanos = nowNanos;
        lastLsn = serverLsn;
        if (safeBytes == null || safeBytes > 0 && safeBytes > bytesPerSecond * SOON.toSeconds()) {
            warned = false;
            return Optional.empty();
        }
        if (warned && nowNanos - warnedNanos < AGAIN.toNanos()) {
            return Optional.empty();
        }
        warned = true;
        warnedNanos = nowNanos;
        long bytes = Math.max(0, safeBytes);
        return Optional.of(new Left(bytes, Duration.ofSeconds((long) (bytes == 0 ? 0 : bytes / bytesPerSecond))));
    }
}
