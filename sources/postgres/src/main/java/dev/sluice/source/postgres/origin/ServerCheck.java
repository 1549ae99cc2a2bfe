package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What the server is and what we may do on it.
 *
 * @param versionNumber such as 180001
 * @param replicationRight whether we may start walsenders
 * @param superuser whether we may do anything
 * @param createRight whether we may create things in the database, a publication for one
 */
public record ServerCheck(
        int versionNumber,
        String version,
        boolean standby,
        String walLevel,
        boolean replicationRight,
        boolean superuser,
        boolean createRight,
        int slots,
        int slotLimit) {
    static final int OLDEST = 140000;
    static final int NEWEST = 190000;

    /** Hosted servers give the right through membership in a role of their own. */
    private static final String QUERY = """
            SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_is_in_recovery(),
              current_setting('wal_level'),
              r.rolsuper OR r.rolreplication OR EXISTS (
                SELECT FROM pg_roles g WHERE g.rolname = 'rds_replication'
                  AND pg_has_role(r.oid, g.oid, 'USAGE')),
              r.rolsuper, has_database_privilege(current_database(), 'CREATE'),
              (SELECT count(*) FROM pg_replication_slots)::int, current_setting('max_replication_slots')::int
            FROM pg_roles r WHERE r.rolname = current_user
            """;

    public static ServerCheck read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            if (!row.next()) {
                throw new SQLException("pg_roles does not show the current user", SqlStates.INSUFFICIENT_PRIVILEGE);
            }
            return new ServerCheck(
                    row.getInt(1),
                    row.getString(2),
                    row.getBoolean(3),
                    row.getString(4),
                    row.getBoolean(5),
                    row.getBoolean(6),
                    row.getBoolean(7),
                    row.getInt(8),
                    row.getInt(9));
        }
    }

    /** What counts whichever way changes are noticed. */
    public void reportVersion(Report report) {
        if (versionNumber < OLDEST) {
            report.refuse("the server is PostgreSQL " + version + "; 14 to 18 are supported", "upgrade the server");
        }
        if (versionNumber >= NEWEST) {
            report.notice("The server is PostgreSQL " + version + ", newer than any that this was tested with.");
        }
    }

    /** @param slot ours, or null if it has to be made */
    void report(String user, @Nullable ReplicationSlot slot, boolean failover, Report report) {
        reportVersion(report);
        if (failover && versionNumber < 170000) {
            report.refuse(
                    "failover: the server is PostgreSQL " + version + "; failover slots came with 17",
                    "remove failover: true");
        }
        if (standby && slot != null) {
            report.add(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "the server is a standby, and has our slot; waiting for it to be promoted",
                    "promote it, or connect to its primary");
        } else if (standby) {
            report.refuse("the server is a standby, which can publish nothing", "connect to its primary");
        }
        if (!walLevel.equals("logical")) {
            report.refuse(
                    "wal_level is " + walLevel + ", changes are not written in a form that can be streamed",
                    "ALTER SYSTEM SET wal_level = logical; then restart the server");
        }
        if (!replicationRight) {
            report.refuse(
                    "role " + user + " may not use replication",
                    "ALTER ROLE " + Identifiers.quote(user) + " REPLICATION; (on Amazon RDS: GRANT rds_replication TO "
                            + Identifiers.quote(user) + ";)");
        }
        if (slot == null && slots >= slotLimit) {
            report.refuse(
                    "all " + slotLimit + " replication slots are in use",
                    "drop one that is not needed, SELECT pg_drop_replication_slot('...'), or ALTER SYSTEM SET"
                            + " max_replication_slots = " + (slotLimit + 5) + "; and restart the server");
        }
    }
}
