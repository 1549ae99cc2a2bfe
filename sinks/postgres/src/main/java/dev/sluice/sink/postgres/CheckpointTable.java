package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.PostgresEndpoint;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * {@code sluice.checkpoint} in the target: one row for each pipeline and sink, moved in the transaction of the rows.
 *
 * <p>Each opening takes the next epoch. A move names its epoch, and where the row has another by now it divides by zero, so
 * that the transaction cannot be committed: neither by an older instance, nor by a connection that was lost with a COMMIT
 * under way and whose statements the server is still working on. If that COMMIT comes first, its row lock makes the opening
 * wait and then read the position that it left.
 */
final class CheckpointTable {
    static final String SCHEMA = "sluice";

    private static final String EXISTS = "SELECT to_regclass('sluice.checkpoint') IS NOT NULL"
            + " AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('sluice.copied')"
            + " AND attname = 'read_at' AND NOT attisdropped)"
            + " AND to_regclass('sluice.relation') IS NOT NULL AS there";

    /**
     * The lock keeps two sinks that start together from tripping over each other. CREATE SCHEMA IF NOT EXISTS would ask for
     * the right to create schemas even where it is there.
     */
    private static final String CREATE = """
            SELECT pg_advisory_xact_lock(7353901226851);
            DO $$ BEGIN IF to_regnamespace('sluice') IS NULL THEN CREATE SCHEMA sluice; END IF; END $$;
            CREATE TABLE IF NOT EXISTS sluice.checkpoint (
              pipeline text NOT NULL,
              sink text NOT NULL,
              system_identifier text NOT NULL,
              timeline int NOT NULL,
              database text NOT NULL,
              slot text NOT NULL,
              lsn pg_lsn NOT NULL,
              ordinal bigint NOT NULL,
              epoch bigint NOT NULL,
              state text NOT NULL CHECK (state IN ('copying', 'streaming')),
              updated_at timestamptz NOT NULL,
              PRIMARY KEY (pipeline, sink)
            ) WITH (fillfactor = 50);
            COMMENT ON TABLE sluice.checkpoint IS 'How far each pipeline has applied its source here; moved together with the rows.';
            CREATE TABLE IF NOT EXISTS sluice.copied (
              pipeline text NOT NULL,
              sink text NOT NULL,
              table_schema text NOT NULL,
              table_name text NOT NULL,
              chunk int NOT NULL,
              chunk_count int NOT NULL,
              row_count bigint NOT NULL,
              copied_at timestamptz NOT NULL,
              relation bigint NOT NULL,
              key_range text NOT NULL,
              read_at pg_lsn NOT NULL,
              PRIMARY KEY (pipeline, sink, table_schema, table_name, chunk)
            );
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'sluice.copied'::regclass AND attname = 'chunk_count') THEN
                ALTER TABLE sluice.copied
                  ADD chunk int NOT NULL DEFAULT 1, ADD chunk_count int NOT NULL DEFAULT 1,
                  DROP CONSTRAINT copied_pkey, ADD PRIMARY KEY (pipeline, sink, table_schema, table_name, chunk);
              END IF;
              IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'sluice.copied'::regclass AND attname = 'read_at') THEN
                ALTER TABLE sluice.copied
                  ADD relation bigint NOT NULL DEFAULT 0, ADD key_range text NOT NULL DEFAULT '',
                  ADD read_at pg_lsn NOT NULL DEFAULT '0/0';
              END IF;
            END $$;
            COMMENT ON TABLE sluice.copied IS 'Chunks of tables that a first copy has filled.';
            CREATE TABLE IF NOT EXISTS sluice.relation (
              pipeline text NOT NULL,
              sink text NOT NULL,
              relation bigint NOT NULL,
              table_schema text NOT NULL,
              table_name text NOT NULL,
              highest int NOT NULL,
              columns jsonb NOT NULL,
              seen_at timestamptz NOT NULL,
              PRIMARY KEY (pipeline, sink, relation)
            );
            COMMENT ON TABLE sluice.relation IS 'The columns of each table of the source when they were last met, by its OID there.'
            """;

    private static final String CLAIM = """
            INSERT INTO sluice.checkpoint AS c
              (pipeline, sink, system_identifier, timeline, database, slot, lsn, ordinal, epoch, state, updated_at)
            VALUES ($1::text, $2::text, $3::text, $4::int, $5::text, $6::text, '0/0', 0, 1, 'copying', clock_timestamp())
            ON CONFLICT (pipeline, sink) DO UPDATE
              SET epoch = c.epoch + 1, timeline = EXCLUDED.timeline, updated_at = EXCLUDED.updated_at
              WHERE c.system_identifier = EXCLUDED.system_identifier AND c.database = EXCLUDED.database
                AND c.slot = EXCLUDED.slot
            RETURNING lsn::text, ordinal, epoch, state
            """;

    private static final String OWNER = "SELECT system_identifier, timeline, database, slot FROM sluice.checkpoint"
            + " WHERE pipeline = $1::text AND sink = $2::text";

    private static final String MOVE = """
            WITH moved AS (
              UPDATE sluice.checkpoint
              SET lsn = %s::text::pg_lsn, ordinal = %s::bigint, updated_at = clock_timestamp()
              WHERE pipeline = %s::text AND sink = %s::text AND epoch = %s::bigint
              RETURNING 1
            ) SELECT 1 / count(*) FROM moved
            """;

    private static final String MOVE_NUMBERED = MOVE.formatted("$1", "$2", "$3", "$4", "$5");
    private static final String MOVE_MARKED = MOVE.formatted("?", "?", "?", "?", "?");

    private static final String PREPARED_AS_OF = """
            SELECT lsn::text FROM sluice.checkpoint
            WHERE pipeline = $1::text AND sink = $2::text AND epoch = $3::bigint
            """;

    private static final String SET_STATE = """
            WITH moved AS (
              UPDATE sluice.checkpoint
              SET state = $4::text, lsn = $5::text::pg_lsn, ordinal = $6::bigint, updated_at = clock_timestamp()
              WHERE pipeline = $1::text AND sink = $2::text AND epoch = $3::bigint
              RETURNING 1
            ) SELECT 1 / count(*) FROM moved
            """;

    private final TargetSession session;
    private final PostgresEndpoint endpoint;
    private final String pipeline;
    private final String sink;

    CheckpointTable(TargetSession session, PostgresEndpoint endpoint, String pipeline, String sink) {
        this.session = session;
        this.endpoint = endpoint;
        this.pipeline = pipeline;
        this.sink = sink;
    }

    /**
     * What an instance holds from its opening on.
     *
     * @param position {@link Position#NONE} while the first copy is under way
     */
    record Claim(String pipeline, String sink, long epoch, Position position) {
        Claim at(Position reached) {
            return new Claim(pipeline, sink, epoch, reached);
        }

        /** Moves the position, unless a younger instance has claimed the row; see {@link CheckpointTable}. */
        Statement move(Position to) {
            return move(MOVE_NUMBERED, to);
        }

        /** The same for the blocking driver. */
        Statement moveBlocking(Position to) {
            return move(MOVE_MARKED, to);
        }

        private Statement move(String sql, Position to) {
            return Statement.of(
                    sql, "move the checkpoint", Position.formatLsn(to.lsn()), to.ordinal(), pipeline, sink, epoch);
        }

        /** Like {@link #move}, and the first copy begins or ends. */
        Statement setState(boolean streaming, Position to) {
            return Statement.of(
                    SET_STATE,
                    "move the checkpoint",
                    pipeline,
                    sink,
                    epoch,
                    streaming ? "streaming" : "copying",
                    Position.formatLsn(to.lsn()),
                    to.ordinal());
        }

        /** Asks where the first copy was begun that this target knows of. */
        Statement preparedAsOf() {
            return Statement.of(PREPARED_AS_OF, "read sluice.checkpoint", pipeline, sink, epoch);
        }

        /** Fails unless the target itself says that it was filled as of {@code snapshot}. */
        void requirePrepared(RowSet<Row> preparedAsOf, Position snapshot) {
            if (preparedAsOf.size() == 0) {
                throw fenced();
            }
            long known = Position.parseLsn(preparedAsOf.iterator().next().getString(0));
            if (known != snapshot.lsn()) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH,
                        "the target of sink " + sink + " of pipeline " + pipeline
                                + " does not know of the first copy as of " + snapshot
                                + ": it was emptied or restored since");
            }
        }

        SyncException fenced() {
            return new SyncException(
                    ErrorKind.FENCED,
                    "another instance has opened sink " + sink + " of pipeline " + pipeline + " since epoch " + epoch);
        }
    }

    /** Creates the tables if they are missing, and takes the next epoch. */
    Mono<Claim> claim(SourceIdentity source) {
        return session.run(Statement.of(EXISTS, "look for schema sluice"))
                .flatMap(rows -> rows.iterator().next().getBoolean("there") ? Mono.empty() : create())
                .then(Mono.defer(() -> session.run(Statement.of(
                        CLAIM,
                        "claim the checkpoint in sluice.checkpoint",
                        pipeline,
                        sink,
                        source.systemIdentifier(),
                        source.timeline(),
                        source.database(),
                        source.slot()))))
                .flatMap(rows -> rows.size() == 0
                        ? mismatch(source)
                        : Mono.just(claim(rows.iterator().next())));
    }

    private Claim claim(Row row) {
        boolean streaming = "streaming".equals(row.getString("state"));
        Position position = new Position(Position.parseLsn(row.getString("lsn")), row.getLong("ordinal"));
        return new Claim(pipeline, sink, row.getLong("epoch"), streaming ? position : Position.NONE);
    }

    private Mono<RowSet<Row>> create() {
        return session.run(Statement.of(CREATE, "create schema sluice in the target"))
                .onErrorMap(StatementFailure.class, this::explained);
    }

    private Throwable explained(StatementFailure failure) {
        SyncException error = TargetErrors.classify("create schema sluice in the target", failure);
        if (error.kind() != ErrorKind.SINK_REFUSED) {
            return error;
        }
        String user = Identifiers.quote(session.user());
        return new SyncException(
                ErrorKind.SINK_REFUSED,
                error.getMessage() + "; as an administrator of the target run: GRANT CREATE ON DATABASE "
                        + Identifiers.quote(endpoint.database()) + " TO " + user + "; or: CREATE SCHEMA " + SCHEMA
                        + " AUTHORIZATION " + user + ";",
                failure);
    }

    private Mono<Claim> mismatch(SourceIdentity source) {
        return session.run(Statement.of(OWNER, "read sluice.checkpoint", pipeline, sink))
                .map(rows -> {
                    List<String> owners = rows.stream()
                            .map(row -> new SourceIdentity(
                                    row.getString("system_identifier"),
                                    row.getInteger("timeline"),
                                    row.getString("database"),
                                    row.getString("slot")))
                            .map(SourceIdentity::toString)
                            .toList();
                    throw new SyncException(
                            ErrorKind.STATE_MISMATCH,
                            "the checkpoint of sink " + sink + " of pipeline " + pipeline + " in "
                                    + endpoint.displayName() + " belongs to " + String.join("", owners)
                                    + ", but the source is " + source);
                });
    }
}
