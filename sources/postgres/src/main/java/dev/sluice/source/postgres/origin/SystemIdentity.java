package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.SourceIdentity;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What IDENTIFY_SYSTEM returns. */
record SystemIdentity(String systemIdentifier, int timeline, String database) {
    /** @param replication a replication connection */
    static SystemIdentity read(Connection replication) throws SQLException {
        try (Statement statement = replication.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            if (!row.next()) {
                throw new SQLException("IDENTIFY_SYSTEM returned nothing", "08P01");
            }
            return new SystemIdentity(row.getString("systemid"), row.getInt("timeline"), row.getString("dbname"));
        }
    }

    SourceIdentity withSlot(String slot) {
        return new SourceIdentity(systemIdentifier, timeline, database, slot);
    }
}
