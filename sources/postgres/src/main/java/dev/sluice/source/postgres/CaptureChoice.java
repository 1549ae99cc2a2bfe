package dev.sluice.source.postgres;

import dev.sluice.source.postgres.PostgresSourceConfig.Capture;
import dev.sluice.source.postgres.changelog.LoggedTables;
import dev.sluice.source.postgres.origin.ReplicationSlot;
import dev.sluice.source.postgres.origin.ServerCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How changes are noticed, where {@code capture: auto} leaves it open: by what has begun, else by a slot where the server
 * allows one.
 *
 * @param reason in a sentence; empty if it was said in the configuration
 */
record CaptureChoice(Capture capture, String reason) {
    /** Blocks. */
    static CaptureChoice of(Connection connection, SourceSettings settings) throws SQLException {
        if (settings.capture() != Capture.AUTO) {
            return new CaptureChoice(settings.capture(), "");
        }
        if (ReplicationSlot.find(connection, settings.slot()).isPresent()) {
            return new CaptureChoice(
                    Capture.SLOT, "capture: auto goes on with slot " + settings.slot() + ", which is there.");
        }
        if (LoggedTables.isInstalledFor(connection, settings.pipeline())) {
            return new CaptureChoice(Capture.CHANGELOG, "capture: auto goes on with the change log, which is there.");
        }
        List<String> obstacles = obstacles(ServerCheck.read(connection), settings);
        return obstacles.isEmpty()
                ? new CaptureChoice(Capture.SLOT, "capture: auto takes a slot, as the server allows one.")
                : new CaptureChoice(
                        Capture.CHANGELOG,
                        "capture: auto takes the change log, as " + String.join(", and ", obstacles) + ".");
    }

    private static List<String> obstacles(ServerCheck server, SourceSettings settings) {
        List<String> obstacles = new ArrayList<>();
        if (!server.walLevel().equals("logical")) {
            obstacles.add("wal_level is " + server.walLevel());
        }
        if (!server.replicationRight()) {
            obstacles.add("role " + settings.endpoint().user() + " may not use replication");
        }
        if (server.slots() >= server.slotLimit()) {
            obstacles.add("all " + server.slotLimit() + " replication slots are in use");
        }
        return obstacles;
    }
}
