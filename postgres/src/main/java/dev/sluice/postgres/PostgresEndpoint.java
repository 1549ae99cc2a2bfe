package dev.sluice.postgres;

import dev.sluice.engine.config.Secret;
import org.jspecify.annotations.Nullable;

/**
 * One database on one server, and who connects to it. Immutable. Its text form never shows the password.
 *
 * @param host name or address; a directory with a Unix socket if it begins with a slash, as in libpq
 * @param port also part of a Unix socket's name
 * @param database name
 * @param user role that logs in
 * @param password null where the server asks for none
 * @param tls not looked at for a Unix socket
 */
public record PostgresEndpoint(
        String host,
        int port,
        String database,
        String user,
        @Nullable Secret password,
        Tls tls) {
    public static final int DEFAULT_PORT = 5432;

    public PostgresEndpoint {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
        }
    }

    /**
     * Reads {@code postgresql://user[:password]@host[:port]/database[?sslmode=..&sslrootcert=..&sslcert=..&sslkey=..&host=..]},
     * a subset of libpq's form; {@code host=/directory} names a Unix socket. Without {@code sslmode} it is {@code prefer}.
     *
     * @param password the password if the URL has none
     * @throws dev.sluice.engine.change.SyncException CONFIGURATION, naming what was expected and never showing the URL
     */
    public static PostgresEndpoint parse(String url, @Nullable Secret password) {
        return new PostgresUrl(url).endpoint(password);
    }

    public boolean isUnixSocket() {
        return host.startsWith("/");
    }

    /** The socket that the server listens on in its socket directory. */
    public String socketPath() {
        return host + "/.s.PGSQL." + port;
    }

    /** For people: {@code postgresql://shop@db.example:5432/shop}. */
    public String displayName() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return "postgresql://" + user + "@" + (isUnixSocket() ? socketPath() + ":" : shown + ":" + port + "/")
                + database;
    }

    @Override
    public String toString() {
        return displayName();
    }
}
