package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.SqlStates;
import java.sql.SQLException;
import java.util.List;

/** Says what mends a connection that was refused. */
public final class ConnectionErrors {
    private final PostgresEndpoint endpoint;

    public ConnectionErrors(PostgresEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    public SyncException of(SQLException error) {
        SyncException classified = SqlStates.source("connect to " + endpoint.displayName(), error);
        if (classified.kind() != ErrorKind.SOURCE_REFUSED) {
            return classified;
        }
        Problem problem = new Problem(classified.kind(), String.valueOf(classified.getMessage()), remedy(error));
        SyncException told = SyncException.of(List.of(problem));
        told.initCause(error);
        return told;
    }

    private String remedy(SQLException error) {
        String user = Identifiers.quote(endpoint.user());
        return switch (String.valueOf(error.getSQLState())) {
            case "28P01", "08004" -> "correct password:, or ALTER ROLE " + user + " PASSWORD '...';";
            case "28000" ->
                "CREATE ROLE " + user + " LOGIN REPLICATION PASSWORD '...'; and allow it in pg_hba.conf: host "
                        + endpoint.database() + " " + endpoint.user() + " <our address> scram-sha-256";
            case "3D000" ->
                "correct the database in url:, or CREATE DATABASE " + Identifiers.quote(endpoint.database()) + ";";
            case "42501" -> "GRANT CONNECT ON DATABASE " + Identifiers.quote(endpoint.database()) + " TO " + user + ";";
            default -> ErrorKind.SOURCE_REFUSED.advice();
        };
    }
}
