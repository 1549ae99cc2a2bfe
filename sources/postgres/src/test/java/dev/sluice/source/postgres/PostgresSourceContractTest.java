package dev.sluice.source.postgres;

import dev.sluice.engine.source.Source;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.SourceContractTest;
import java.sql.SQLException;
import java.util.List;

class PostgresSourceContractTest extends SourceContractTest {
    @Override
    protected Source open(PostgresServer server, String database, List<String> tables) {
        return Sources.open(Sources.config(server.url(database), tables.toArray(String[]::new)), database);
    }

    @Override
    protected long confirmed(TestDatabase database) throws SQLException {
        return lsn(
                database,
                "SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots WHERE database = current_database()");
    }

    @Override
    protected long made(TestDatabase database) throws SQLException {
        return lsn(
                database,
                "SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())"
                        + " + (SELECT count(*) FROM pg_publication)");
    }

    @Override
    protected long sent(TestDatabase database) throws SQLException {
        return lsn(
                database,
                "SELECT coalesce(max(r.sent_lsn - s.restart_lsn), 0) FROM pg_stat_replication r"
                        + " JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.database = current_database()");
    }

    @Override
    protected boolean keepsCommitOrder() {
        return true;
    }

    @Override
    protected boolean followsOthers() {
        return true;
    }

    @Override
    protected boolean leavesOutUnchanged() {
        return true;
    }
}
