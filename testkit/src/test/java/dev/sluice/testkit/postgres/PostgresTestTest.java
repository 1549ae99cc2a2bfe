package dev.sluice.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@PostgresTest
class PostgresTestTest {
    @BeforeEach
    void makeTable(TestDatabase database) throws SQLException {
        database.execute("CREATE TABLE made_before_each_test (a int)");
    }

    @Test
    void aTestHasADatabaseNamedAfterIt(TestDatabase database) throws SQLException {
        assertThat(database.name()).matches("a_test_has_a_database_named_after_it_[0-9a-f]{1,8}");
        assertThat(database.value("SELECT count(*) FROM made_before_each_test")).isEqualTo("0");
        assertThat(database.another("target").value("SELECT current_database()"))
                .isEqualTo(database.name() + "_target");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void eachRoundHasADatabaseOfItsOwn(int round, TestDatabase database) throws SQLException {
        database.execute("INSERT INTO made_before_each_test VALUES (" + round + ")");
        assertThat(database.value("SELECT count(*) FROM made_before_each_test")).isEqualTo("1");
    }

    @Test
    void slotsMayStayAndAreDropped(TestDatabase database) throws SQLException {
        database.execute("SELECT pg_create_logical_replication_slot('" + database.name() + "', 'pgoutput')");
        assertThat(database.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("1");
    }
}
