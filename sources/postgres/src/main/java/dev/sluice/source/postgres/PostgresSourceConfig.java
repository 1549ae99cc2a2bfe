package dev.sluice.source.postgres;

import dev.sluice.engine.config.Alone;
import dev.sluice.engine.config.DataSize;
import dev.sluice.engine.config.Default;
import dev.sluice.engine.config.Secret;
import dev.sluice.engine.source.CopyMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands under {@code source:} for {@code type: postgres}.
 *
 * @param url {@code postgresql://user@host:port/database}, see {@link dev.sluice.postgres.PostgresEndpoint#parse}
 * @param password if the URL has none
 * @param tables patterns, see {@link dev.sluice.engine.route.TableSelection}
 * @param rows for some tables a condition in SQL on the rows that are followed, see {@link RowFilters}
 * @param capture how changes are noticed
 * @param changelog the change log, where that is how
 * @param slot name of the replication slot; {@code sluice_<pipeline>} if left out
 * @param publication its name; {@code sluice_<pipeline>} if left out
 * @param failover whether the slot is kept on standbys too (PostgreSQL 17 and later)
 * @param withoutKey what happens when a table matches whose updates could not be published
 * @param batch how many bytes of changes make a batch full
 * @param statusInterval how often the server is told what was confirmed
 * @param copy the first copy
 */
public record PostgresSourceConfig(
        String url,
        @Nullable Secret password,
        List<String> tables,
        @Nullable Map<String, String> rows,
        @Default("slot") Capture capture,
        @Nullable ChangelogConfig changelog,
        @Nullable String slot,
        @Nullable String publication,
        @Default("false") boolean failover,
        @Default("refuse") WithoutKey withoutKey,
        @Default("1MB") DataSize batch,
        @Default("1s") Duration statusInterval,
        @Nullable CopyConfig copy) {
    public PostgresSourceConfig {
        tables = List.copyOf(tables);
        rows = rows == null ? null : Map.copyOf(rows);
    }

    /** How changes are noticed. */
    public enum Capture {
        /** A logical replication slot. */
        SLOT,
        /** Triggers that write a change log, for servers that give no right to replicate. */
        CHANGELOG,
        /** The slot where rights and settings allow it, else the change log. */
        AUTO
    }

    /**
     * @param limit how large the log may get on the source's disk; then changes are no longer logged, and it takes a new copy
     */
    public record ChangelogConfig(@Default("10GB") DataSize limit) {}

    /** Publishing a table without replica identity breaks its UPDATEs and DELETEs in the source: never done unasked. */
    public enum WithoutKey {
        /** The pipeline does not start. */
        REFUSE,
        /** The table is left out, with a notice. */
        SKIP,
        /** The table is published, with a notice: its rows are only ever inserted. */
        INSERTS
    }

    /**
     * @param mode whether there is a first copy, and anything after it
     * @param workers how many tables, or chunks of tables, are read at once, each over a connection of its own
     * @param chunk how much of a large table is read in one piece, as it lies on the source's disk
     */
    public record CopyConfig(
            @Alone @Default("initial") CopyMode mode,
            @Default("4") int workers,
            @Default("64MB") DataSize chunk) {}
}
