package dev.sluice.source.postgres;

import dev.sluice.engine.source.Source;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.SourceContractTest;
import java.sql.SQLException;
import java.util.List;

class ChangelogSourceContractTest extends SourceContractTest {
    @Override
    protected Source open(PostgresServer server, String database, List<String> tables) {
        return Sources.open(
                Sources.withChangelog(Sources.config(server.url(database), tables.toArray(String[]::new))), database);
    }

    @Override
    protected long confirmed(TestDatabase database) throws SQLException {
        return lsn(database, "SELECT min(position) FROM sluice.tick");
    }

    @Override
    protected long made(TestDatabase database) throws SQLException {
        return lsn(
                database,
                "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'sluice')"
                        + " + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'sluice%')");
    }

    /** Of each row 10,000 bytes, as the tests here have them. */
    @Override
    protected long sent(TestDatabase database) throws SQLException {
        return lsn(
                database,
                "SELECT sum(10000 * (seq_tup_read + coalesce(idx_tup_fetch, 0)))::bigint FROM pg_stat_user_tables"
                        + " WHERE relid IN ('sluice.log_0'::regclass, 'sluice.log_1'::regclass)");
    }

    @Override
    protected boolean keepsCommitOrder() {
        return false;
    }

    @Override
    protected boolean followsOthers() {
        return false;
    }

    @Override
    protected boolean leavesOutUnchanged() {
        return false;
    }
}
