package dev.sluice.sink.postgres;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code sluice.copied} in the target: one row for each chunk that was copied, written in the transaction of its rows. Made by
 * {@link CheckpointTable}.
 */
record CopyRecords(Claim claim) {
    private static final String ALL = """
            SELECT relation, table_schema, table_name, chunk, chunk_count, key_range, read_at::text FROM sluice.copied
            WHERE pipeline = $1::text AND sink = $2::text
            """;

    private static final String KEEP = """
            DELETE FROM sluice.copied c WHERE pipeline = $1::text AND sink = $2::text
              AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[], $5::int4[]) k(table_schema, table_name, chunk)
                WHERE k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.chunk = c.chunk)
            """;

    private static final String TABLES_IN_PART = """
            SELECT table_schema || '.' || table_name FROM sluice.copied
            WHERE pipeline = $1::text AND sink = $2::text AND key_range = ''
            GROUP BY table_schema, table_name HAVING count(*) <> min(chunk_count) OR min(chunk_count) <> max(chunk_count)
            """;

    /** Only the instance that holds the claim may record, and the row lock keeps it so until the commit. */
    private static final String RECORD = """
            INSERT INTO sluice.copied
              (pipeline, sink, table_schema, table_name, chunk, chunk_count, row_count, copied_at, relation, key_range,
               read_at)
            SELECT c.pipeline, c.sink, ?, ?, ?, ?, ?, clock_timestamp(), ?, ?, ?::text::pg_lsn FROM sluice.checkpoint c
            WHERE c.pipeline = ? AND c.sink = ? AND c.epoch = ? FOR SHARE
            """;

    private static final String ROWS = """
            SELECT row_count FROM sluice.copied
            WHERE pipeline = ? AND sink = ? AND table_schema = ? AND table_name = ? AND chunk = ? AND chunk_count = ?
            """;

    /** Asks for all chunks that were copied. */
    Statement all() {
        return Statement.of(ALL, "read sluice.copied", claim.pipeline(), claim.sink());
    }

    static List<CopiedChunk> chunks(RowSet<Row> all) {
        List<CopiedChunk> chunks = new ArrayList<>();
        for (Row row : all) {
            CopyChunk chunk = CopyChunk.recorded(
                    row.getInteger("chunk"), row.getInteger("chunk_count"), row.getString("key_range"));
            chunks.add(new CopiedChunk(
                    row.getLong("relation"),
                    row.getString("table_schema"),
                    row.getString("table_name"),
                    chunk,
                    Position.boundary(Position.parseLsn(row.getString("read_at")))));
        }
        return chunks;
    }

    /** Forgets all other chunks. */
    Statement keep(List<CopiedChunk> kept) {
        return Statement.of(
                KEEP,
                "clear sluice.copied",
                claim.pipeline(),
                claim.sink(),
                kept.stream().map(CopiedChunk::schema).toArray(String[]::new),
                kept.stream().map(CopiedChunk::table).toArray(String[]::new),
                kept.stream().map(chunk -> chunk.chunk().number()).toArray(Integer[]::new));
    }

    /** Asks for the tables of which some chunks were copied and others not. */
    Statement tablesInPart() {
        return Statement.of(TABLES_IN_PART, "read sluice.copied", claim.pipeline(), claim.sink());
    }

    /** Fails if there is one. */
    static void requireWhole(RowSet<Row> tablesInPart) {
        if (tablesInPart.size() > 0) {
            throw new SyncException(
                    ErrorKind.INTERNAL,
                    "the first copy of " + tablesInPart.iterator().next().getString(0) + " is not complete");
        }
    }

    /** Records a chunk as part of the connection's transaction. Blocks. */
    void record(CopiedChunk copied, long rows, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, copied.schema());
            statement.setString(2, copied.table());
            statement.setInt(3, copied.chunk().number());
            statement.setInt(4, copied.chunk().count());
            statement.setLong(5, rows);
            statement.setLong(6, copied.relation());
            statement.setString(7, copied.chunk().rangeText());
            statement.setString(8, Position.formatLsn(copied.readAt().lsn()));
            statement.setString(9, claim.pipeline());
            statement.setString(10, claim.sink());
            statement.setLong(11, claim.epoch());
            if (statement.executeUpdate() != 1) {
                throw claim.fenced();
            }
        }
    }

    /** With how many rows a chunk is recorded, as a COMMIT whose answer was lost may have got through; or null. Blocks. */
    @Nullable Long rows(CopiedChunk copied, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setString(1, claim.pipeline());
            statement.setString(2, claim.sink());
            statement.setString(3, copied.schema());
            statement.setString(4, copied.table());
            statement.setInt(5, copied.chunk().number());
            statement.setInt(6, copied.chunk().count());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : null;
            }
        }
    }
}
