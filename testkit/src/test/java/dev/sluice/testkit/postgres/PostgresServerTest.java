package dev.sluice.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class PostgresServerTest {
    @Test
    void keepsItsPortAndDataAcrossRestartAndCrash() throws SQLException {
        try (PostgresServer server = PostgresServer.start(Map.of("max_connections", "30"))) {
            int port = server.port();
            server.createDatabase("shop");
            server.execute("shop", "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)");
            server.restart();
            server.execute("shop", "INSERT INTO t VALUES (2)");
            server.kill();
            assertThatThrownBy(() -> server.connect("shop")).isInstanceOf(SQLException.class);
            server.startAgain();

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.rows("shop", "SELECT a FROM t ORDER BY a")).hasSize(2);
            assertThat(server.rows("shop", "SHOW max_connections").get(0)).containsExactly("30");
            assertThat(server.rows("shop", "SHOW wal_level").get(0)).containsExactly("logical");
            assertThat(server.socketDirectory().resolve(".s.PGSQL." + port)).exists();
            assertThat(server.log()).contains("database system was not properly shut down");
        }
    }

    @Test
    void asksForAPasswordWhenToldTo() throws SQLException {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            server.execute("postgres", "CREATE USER app PASSWORD 'secret'");
            server.connect("app", "postgres").close();
            server.hba("host all app 127.0.0.1/32 scram-sha-256");
            assertThatThrownBy(() -> server.connect("app", "postgres").close()).hasMessageContaining("password");
        }
    }

    @Test
    void isGoneWhenClosed() throws SQLException {
        PostgresServer server = PostgresServer.start(Map.of());
        Path directory = server.socketDirectory().getParent();
        server.close();
        server.close();
        assertThat(directory).doesNotExist();
        assertThatThrownBy(() -> server.connect("postgres")).isInstanceOf(SQLException.class);
    }

    @Test
    void saysWhyItDoesNotStart() {
        assertThatThrownBy(() -> PostgresServer.start(Map.of("no_such_setting", "1")))
                .hasMessageContaining("no_such_setting");
    }

    @Test
    @EnabledIf("version15IsInstalled")
    void runsAnInstalledServer() throws SQLException {
        PostgresBinaries installed = PostgresBinaries.installed(INSTALLED);
        try (PostgresServer server = PostgresServer.start(installed, Map.of())) {
            assertThat(server.rows("postgres", "SHOW server_version_num").get(0).get(0))
                    .startsWith("15");
        }
    }

    private static final Path INSTALLED = Path.of("/usr/lib/postgresql/15/bin");

    static boolean version15IsInstalled() {
        return Files.isDirectory(INSTALLED);
    }
}
