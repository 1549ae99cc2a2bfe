package dev.sluice.daemon.verify;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.Route;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.FollowedTables;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares one PostgreSQL sink of a pipeline with its source: the tables that are published and that the route lets
 * through, while the daemon may be at work. Blocking; one thread.
 */
public final class SinkVerification {
    private static final String APPLICATION = "sluice verify";

    private final Stream stream;
    private final Connections target;
    private final Route route;
    private final Patience patience;

    /**
     * Where the changes come from and go to.
     *
     * @param pipeline name
     * @param sink name
     * @param source whose tables
     */
    public record Stream(String pipeline, String sink, SourceSettings source) {}

    public SinkVerification(Stream stream, PostgresEndpoint target, Route route, Patience patience) {
        this.stream = stream;
        this.target = new Connections(target, APPLICATION);
        this.route = route;
        this.patience = patience;
    }

    /** @param done told of each table when it is done */
    public VerifyReport run(Consumer<TableReport> done) {
        Connections source = new Connections(stream.source().endpoint(), APPLICATION);
        FollowedTables followed;
        List<Relation> tables;
        Map<String, String> conditions;
        boolean running;
        try (Connection connection = source.open()) {
            followed = FollowedTables.of(connection, stream.source());
            tables = followed.tables(connection);
            conditions = followed.conditions(connection);
            running = followed.isActive(connection);
        } catch (SQLException e) {
            throw SqlStates.source("read what is followed", e);
        }
        if (tables.isEmpty()) {
            throw SyncException.of(List.of(new Problem(
                    ErrorKind.SOURCE_REFUSED,
                    "there is nothing to compare: the " + followed.displayName() + " of "
                            + stream.source().endpoint().displayName() + " is missing or empty",
                    "Run the pipeline first; it makes it.")));
        }
        List<Relation> routed =
                tables.stream().filter(route::includes).map(route::shape).toList();
        try (Connection connection = target.open()) {
            TargetNames names = TargetNames.read(connection, stream.pipeline(), stream.sink());
            return new DatabaseComparison(
                            source,
                            target,
                            running ? new Filling(followed::mark, () -> position(connection)) : null,
                            patience)
                    .compare(routed, conditions, names, done);
        } catch (SQLException e) {
            throw SqlStates.target("read schema sluice in the target", e);
        }
    }

    /** The sequences of the target that would give values again which the source has given. */
    public List<SequencePair> sequencesBehind() {
        try (Sequences sequences =
                Sequences.open(new Connections(stream.source().endpoint(), APPLICATION), target)) {
            return sequences.pairs(stream.source(), route).stream()
                    .filter(SequencePair::isBehind)
                    .toList();
        }
    }

    private Position position(Connection connection) throws SQLException {
        String query = "SELECT lsn::text, ordinal FROM sluice.checkpoint WHERE pipeline = ? AND sink = ?";
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, stream.pipeline());
            statement.setString(2, stream.sink());
            try (ResultSet row = statement.executeQuery()) {
                @Nullable String lsn = row.next() ? row.getString(1) : null;
                return lsn == null ? Position.NONE : new Position(Position.parseLsn(lsn), row.getLong(2));
            }
        }
    }
}
