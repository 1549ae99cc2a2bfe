package dev.sluice.source.postgres;

import dev.sluice.engine.source.Source;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.source.SourceContractTest;
import java.util.List;

class PostgresSourceContractTest extends SourceContractTest {
    @Override
    protected Source open(PostgresServer server, String database, List<String> tables) {
        return Sources.open(Sources.config(server.url(database), tables.toArray(String[]::new)), database);
    }
}
