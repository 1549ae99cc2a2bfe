package dev.sluice.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

class LeakDetectionTest {
    private static final List<Connection> LEAKED = new ArrayList<>();
    private static final List<Thread> LEAKED_THREADS = new ArrayList<>();
    private static final AtomicBoolean ASKED_FOR = new AtomicBoolean();

    @BeforeEach
    void ask() {
        ASKED_FOR.set(true);
    }

    @AfterEach
    void giveBack() throws SQLException {
        for (Connection connection : LEAKED) {
            connection.close();
        }
        LEAKED.clear();
        LEAKED_THREADS.forEach(Thread::interrupt);
        LEAKED_THREADS.clear();
        ASKED_FOR.set(false);
    }

    @Test
    void aConnectionLeftBehindFailsTheTest() {
        assertThat(failureOf("leavesAConnection")).contains("left behind").contains("client backend");
    }

    @Test
    void aThreadLeftBehindFailsTheTest() {
        assertThat(failureOf("leavesAThread")).contains("threads left behind").contains("sluice-left");
    }

    private static String failureOf(String method) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Careless.class, method, TestDatabase.class.getName()))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .map(String::valueOf)
                        .orElse("no cause"))
                .findFirst()
                .orElse("nothing failed");
    }

    static boolean askedFor() {
        return ASKED_FOR.get();
    }

    @PostgresTest
    @EnabledIf("dev.sluice.testkit.postgres.LeakDetectionTest#askedFor")
    static class Careless {
        @Test
        void leavesAConnection(TestDatabase database) throws SQLException {
            LEAKED.add(database.connect());
        }

        @Test
        void leavesAThread(TestDatabase database) {
            Thread thread = new Thread(LockSupport::park, "sluice-left-" + database.name());
            LEAKED_THREADS.add(thread);
            thread.setDaemon(true);
            thread.start();
        }
    }
}
