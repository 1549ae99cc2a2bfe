package dev.sluice.sink.postgres;

import dev.sluice.engine.config.Default;
import dev.sluice.engine.config.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What is written under a sink of type {@code postgres}.
 *
 * @param url {@code postgresql://user@host:port/database}, see {@link dev.sluice.postgres.PostgresEndpoint#parse}
 * @param password if the server asks for one and the URL has none
 * @param createTables whether the first copy makes tables (and their schemas and types) that are not there
 * @param copyConnections how many tables are copied at once, at most
 */
public record PostgresSinkConfig(
        String url,
        @Nullable Secret password,
        @Default("true") boolean createTables,
        @Default("2") int copyConnections) {}
