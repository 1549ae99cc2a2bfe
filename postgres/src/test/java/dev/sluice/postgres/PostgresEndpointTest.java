package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Secret;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresEndpointTest {
    @Test
    void aFullUrlIsRead() {
        PostgresEndpoint endpoint = PostgresEndpoint.parse(
                "postgresql://us%40er:p%3Aw%2Bx+y@db.example:5433/sh%2Fop?sslmode=verify-full&sslrootcert=/ca.pem"
                        + "&sslcert=/c.pem&sslkey=/k.pem",
                null);
        assertThat(endpoint)
                .isEqualTo(new PostgresEndpoint(
                        "db.example",
                        5433,
                        "sh/op",
                        "us@er",
                        new Secret("p:w+x+y"),
                        new Tls(Tls.Mode.VERIFY_FULL, Path.of("/ca.pem"), Path.of("/c.pem"), Path.of("/k.pem"))));
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        PostgresEndpoint endpoint = PostgresEndpoint.parse("postgres://shop@", new Secret("x"));
        assertThat(endpoint)
                .isEqualTo(new PostgresEndpoint("localhost", 5432, "shop", "shop", new Secret("x"), Tls.PREFER));
        assertThat(PostgresEndpoint.parse("postgresql://u@[::1]/d", null).host())
                .isEqualTo("::1");
        assertThat(PostgresEndpoint.parse("postgresql://u@[::1]:99/d", null).port())
                .isEqualTo(99);
    }

    @Test
    void aSlashMakesAHostASocketDirectory() {
        PostgresEndpoint endpoint = PostgresEndpoint.parse("postgresql://u@:5433/d?host=/var/run/postgresql", null);
        assertThat(endpoint.isUnixSocket()).isTrue();
        assertThat(endpoint.socketPath()).isEqualTo("/var/run/postgresql/.s.PGSQL.5433");
        assertThat(PostgresEndpoint.parse("postgresql://u@%2Ftmp/d", null).host())
                .isEqualTo("/tmp");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgresql://u:s3cret@h/d?sslmod=require|did you mean sslmode",
                "postgresql://u:s3cret@h/d?sslmode=sometimes|disable, prefer, require, verify-ca, verify-full",
                "postgresql://u:s3cret@h/d?sslrootcert|no value for the parameter sslrootcert",
                "postgresql://u:s3cret@h/d?sslmode=prefer&sslmode=disable|sslmode twice",
                "postgresql://u:s3cret@h/d?sslcert=/c|both or neither",
                "postgresql://u:s3cret@h/d?socketFactory=evil|unknown parameter \"socketFactory\"",
                "postgresql://u:s3cret?s3cret@h/d|has an @ after the ?",
                "postgresql://u:x@h/d?s3cret&sslmode=prefer|unknown parameter \"***\"",
                "postgresql://u:x@h:s3cret/d|has the port ***",
                "postgresql://u:s?s3cret|names no user",
                "jdbc:postgresql://u:s3cret@h/d|does not begin with postgresql://",
                "postgresql://:s3cret@h/d|names no user",
                "postgresql://h/d|names no user",
                "postgresql://u:s3cret@h:x/d|port x",
                "postgresql://u:s3cret@h:70000/d|port 70000",
                "postgresql://u:s3cret@h1,h2/d|several hosts",
                "postgresql://u:s3cret@h/d?host=/tmp|remove one of the two",
                "postgresql://u:s3%cret@h/d|hexadecimal"
            })
    void whatIsWrongIsNamedAndThePasswordIsNot(String url, String said) {
        assertThatThrownBy(() -> PostgresEndpoint.parse(url, null))
                .isInstanceOfSatisfying(
                        SyncException.class, error -> assertThat(error.kind()).isEqualTo(ErrorKind.CONFIGURATION))
                .hasMessageContaining(said)
                .hasMessageNotContaining("s3");
    }

    @Test
    void twoPasswordsAreOneTooMany() {
        assertThatThrownBy(() -> PostgresEndpoint.parse("postgresql://u:a@h/d", new Secret("b")))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("remove one of the two");
    }

    @Test
    void textNeverShowsThePassword() {
        PostgresEndpoint endpoint = PostgresEndpoint.parse("postgresql://u:s3cret@[::1]/d", null);
        assertThat(endpoint.toString()).isEqualTo("postgresql://u@[::1]:5432/d").isEqualTo(endpoint.displayName());
    }
}
