package dev.sluice.source.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.source.postgres.PostgresSourceConfig.Capture;
import dev.sluice.source.postgres.PostgresSourceConfig.CopyConfig;
import dev.sluice.source.postgres.PostgresSourceConfig.WithoutKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that has been read and checked. Immutable.
 *
 * @param pipeline whose source this is
 * @param endpoint the database
 * @param tables which tables are followed
 * @param rows which rows of them
 * @param slot name of the replication slot; letters, digits and underscores, safe in a replication command
 * @param publication its name, any text
 * @param failover whether the slot is a failover slot
 * @param withoutKey what to do about tables without replica identity
 * @param batchBytes when a batch is full
 * @param statusInterval time between status messages
 * @param copy the first copy
 * @param capture how changes are noticed
 * @param logLimit how many bytes a change log may take on the source's disk
 */
public record SourceSettings(
        String pipeline,
        PostgresEndpoint endpoint,
        TableSelection tables,
        RowFilters rows,
        String slot,
        String publication,
        boolean failover,
        WithoutKey withoutKey,
        int batchBytes,
        Duration statusInterval,
        CopySettings copy,
        Capture capture,
        long logLimit) {
    /**
     * @param mode whether there is one, and anything after it
     * @param workers connections
     * @param chunkBytes what of a table is read in one piece, on the source's disk
     */
    public record CopySettings(CopyMode mode, int workers, long chunkBytes) {
        private static final long DEFAULT_CHUNK_BYTES = 64 << 20;

        static CopySettings of(@Nullable CopyConfig config) {
            return config == null
                    ? new CopySettings(CopyMode.INITIAL, 4, DEFAULT_CHUNK_BYTES)
                    : new CopySettings(
                            config.mode(), config.workers(), config.chunk().bytes());
        }
    }

    private static final int NAME_BYTES = 63;
    private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1," + NAME_BYTES + "}");
    private static final int MAXIMUM_BATCH_BYTES = 256 << 20;
    private static final int MAXIMUM_WORKERS = 64;
    private static final long DEFAULT_LOG_LIMIT = 10L << 30;
    private static final long LEAST_LOG_LIMIT = 1 << 20;
    private static final long LEAST_CHUNK_BYTES = 64 << 10;

    /** @throws SyncException CONFIGURATION, with everything that is wrong */
    public static SourceSettings of(PostgresSourceConfig config, String pipeline) {
        String name = defaultName(pipeline);
        SourceSettings settings = new SourceSettings(
                pipeline,
                PostgresEndpoint.parse(config.url(), config.password()),
                TableSelection.of(config.tables()),
                RowFilters.of(config.rows()),
                config.slot() == null ? name : config.slot(),
                config.publication() == null ? name : config.publication(),
                config.failover(),
                config.withoutKey(),
                (int) Math.min(config.batch().bytes(), Integer.MAX_VALUE),
                config.statusInterval(),
                CopySettings.of(config.copy()),
                config.capture(),
                config.changelog() == null
                        ? DEFAULT_LOG_LIMIT
                        : config.changelog().limit().bytes());
        List<Problem> problems = settings.problems();
        if (!problems.isEmpty()) {
            throw SyncException.of(problems);
        }
        return settings;
    }

    /** Slot names take fewer characters than pipeline names do: PostgreSQL's manual, 26.2.6.1. */
    private static String defaultName(String pipeline) {
        String cleaned = "sluice_" + pipeline.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        return cleaned.substring(0, Math.min(NAME_BYTES, cleaned.length()));
    }

    private List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        if (!SLOT_NAME.matcher(slot).matches()) {
            problems.add(problem(
                    "slot: \"" + slot + "\" cannot be the name of a slot",
                    "use up to 63 lower-case letters, digits and underscores"));
        }
        if (publication.isEmpty() || publication.indexOf('\0') >= 0) {
            problems.add(problem("publication: the name is empty or holds a NUL character", "give it a name"));
        }
        rows.conditions().forEach((table, condition) -> {
            if (condition.isBlank()) {
                problems.add(problem(
                        "rows: the condition for " + table.schema() + "." + table.name() + " is empty",
                        "write a condition in SQL, or leave the table out here"));
            }
        });
        if (batchBytes < 1024 || batchBytes > MAXIMUM_BATCH_BYTES) {
            problems.add(problem("batch: " + batchBytes + " bytes is out of range", "use 1KB to 256MB"));
        }
        if (statusInterval.toMillis() < 10 || statusInterval.compareTo(Duration.ofSeconds(30)) > 0) {
            problems.add(
                    problem(
                            "statusInterval: " + statusInterval.toMillis() + " ms is out of range",
                            "use 10ms to 30s; the server cuts connections that are silent for wal_sender_timeout, 60s by default"));
        }
        if (copy.workers() < 1 || copy.workers() > MAXIMUM_WORKERS) {
            problems.add(
                    problem("copy.workers: " + copy.workers() + " is out of range", "use 1 to " + MAXIMUM_WORKERS));
        }
        if (copy.chunkBytes() < LEAST_CHUNK_BYTES) {
            problems.add(problem("copy.chunk: " + copy.chunkBytes() + " bytes is out of range", "use 64KB or more"));
        }
        if (logLimit < LEAST_LOG_LIMIT) {
            problems.add(problem("changelog.limit: " + logLimit + " bytes is out of range", "use 1MB or more"));
        }
        if (capture == Capture.CHANGELOG && !rows.conditions().isEmpty()) {
            problems.add(problem("rows: the change log cannot filter rows", "leave rows: out, or use capture: slot"));
        }
        return problems;
    }

    private static Problem problem(String what, String remedy) {
        return new Problem(ErrorKind.CONFIGURATION, what, remedy);
    }
}
