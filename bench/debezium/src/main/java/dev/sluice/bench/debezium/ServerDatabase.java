package dev.sluice.bench.debezium;

import org.jspecify.annotations.Nullable;

/**
 * Where Debezium Server reads, or writes. Immutable.
 *
 * @param password null where the server asks for none
 */
public record ServerDatabase(
        String host, int port, String user, @Nullable String password, String name) {
    /** Records print what they hold. */
    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + name;
    }
}
