package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Drops slot and publication. Never ends anybody's connection. */
final class Teardown {
    private final SourceSettings settings;
    private final Connection connection;

    Teardown(SourceSettings settings, Connection connection) {
        this.settings = settings;
        this.connection = connection;
    }

    List<String> run(boolean really) throws SQLException {
        List<String> dropped = new ArrayList<>();
        @Nullable ReplicationSlot slot =
                SlotPatience.awaitIdle(connection, settings.slot()).orElse(null);
        @Nullable Publication publication =
                Publication.find(connection, settings.publication()).orElse(null);
        if (slot != null && "pgoutput".equals(slot.plugin()) && isHere(slot)) {
            requireIdle(slot);
            dropped.add("replication slot " + slot.name());
            if (really) {
                drop(connection, slot.name());
            }
        }
        if (publication != null && publication.ours()) {
            dropped.add("publication " + publication.name());
            if (really) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("DROP PUBLICATION " + Identifiers.quote(publication.name()));
                }
            }
        }
        return dropped;
    }

    private boolean isHere(ReplicationSlot slot) {
        return settings.endpoint().database().equals(slot.database());
    }

    static void requireIdle(ReplicationSlot slot) {
        if (slot.activePid() != null) {
            throw new SyncException(
                    ErrorKind.SOURCE_REFUSED,
                    "slot " + slot.name() + " is in use by process " + slot.activePid()
                            + " of the server; stop the instance that reads it");
        }
    }

    static void drop(Connection connection, String slot) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_drop_replication_slot(?)")) {
            statement.setString(1, slot);
            statement.execute();
        }
    }
}
