package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.Position;
import org.postgresql.jdbc.PgConnection;

/**
 * A snapshot that other connections can take up while the one that exported it stays as it is.
 *
 * @param exporter the replication connection that made the slot; no other command may run on it
 * @param name for {@code SET TRANSACTION SNAPSHOT}
 * @param position where the slot's stream begins
 */
public record ExportedSnapshot(PgConnection exporter, String name, Position position) {}
