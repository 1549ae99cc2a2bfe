package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.proxy.FaultProxy;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A network that takes everything and delivers nothing. */
@PostgresTest
class SilenceTest {
    private static final Duration STATUS_INTERVAL = Duration.ofMillis(100);

    @Test
    void aConnectionThatIsSwallowedIsFoundBroken(TestDatabase database) throws Exception {
        URI address = URI.create(database.url());
        String slot = database.name();
        database.execute(
                "CREATE TABLE items (id int PRIMARY KEY)",
                "CREATE PUBLICATION p FOR TABLE items",
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", address.getPort())) {
            String url = database.url().replace(":" + address.getPort() + "/", ":" + proxy.port() + "/");
            Connections connections = new Connections(PostgresEndpoint.parse(url, null), slot);
            try (ReplicationLink link = ReplicationLink.open(connections, slot, "p", 0)) {
                ChangeReader reader = reader(link, connections);
                assertThat(reader.next()).isNotNull();
                proxy.stall();
                assertThatThrownBy(() -> readOn(reader))
                        .isInstanceOfSatisfying(SQLException.class, error -> assertThat(error.getSQLState())
                                .isEqualTo("08006"))
                        .hasMessageContaining("has not answered");
                proxy.pass();
            }
        }
        database.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
    }

    private static void readOn(ChangeReader reader) throws SQLException {
        while (reader.next() != null) {
            // What was on its way when the network broke may still come.
        }
    }

    private static ChangeReader reader(ReplicationLink link, Connections connections) {
        Feedback feedback = new Feedback(link, new AtomicLong(), 0, STATUS_INTERVAL.toNanos());
        TableSelection tables = TableSelection.of(List.of("public.*"));
        CatalogueDescriber catalogue = new CatalogueDescriber(connections, tables);
        ChangeAssembler assembler = new ChangeAssembler(catalogue, tables, Position.NONE, 1 << 20);
        return new ChangeReader(link, assembler, feedback, catalogue, new NoMeters(), Duration.ofSeconds(1));
    }

    private record NoMeters() implements StreamMeters {
        @Override
        public void received(long count) {
            assertThat(count).isPositive();
        }

        @Override
        public void changes(long count) {
            assertThat(count).isNotNegative();
        }
    }
}
