package dev.sluice.testkit.postgres;

import dev.sluice.testkit.leak.LeavesNoThreads;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need PostgreSQL. A test method, {@code @BeforeEach} or {@code @AfterEach} takes a {@link TestDatabase}: a
 * fresh database named after the test on a server that all tests of this Java process share. A test that stops or kills
 * its server starts one of its own instead.
 *
 * <p>Afterwards the test fails if connections to its databases, slots in use, or threads are left; databases and slots
 * are dropped in any case.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@LeavesNoThreads
@ExtendWith(PostgresExtension.class)
public @interface PostgresTest {}
