package dev.sluice.source.postgres;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.source.postgres.PostgresSourceConfig.Capture;
import dev.sluice.source.postgres.changelog.LoggedTables;
import dev.sluice.source.postgres.origin.PublishedTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** What a pipeline follows, as others see it who look at the source's database. Blocking. */
public interface FollowedTables {
    /** As the source does, or would do. */
    static FollowedTables of(Connection source, SourceSettings settings) throws SQLException {
        return CaptureChoice.of(source, settings).capture() == Capture.SLOT
                ? new PublishedTables(settings.publication(), settings.slot())
                : new LoggedTables();
    }

    /** In the order of their names, without columns that are left out; none if nothing has begun. */
    List<Relation> tables(Connection source) throws SQLException;

    /** The conditions on the rows of some of them, by {@link Relation#displayName}. */
    Map<String, String> conditions(Connection source) throws SQLException;

    /** Whether somebody reads the stream. */
    boolean isActive(Connection source) throws SQLException;

    /**
     * A position that the stream is sure to reach, not before anything that any connection can see by now.
     *
     * @param source in autocommit mode
     */
    Position mark(Connection source) throws SQLException;

    /** Whether a table has to have a replica identity. */
    boolean needsIdentity();

    /** What it is that says so, for people: {@code publication sluice_shop}. */
    String displayName();
}
