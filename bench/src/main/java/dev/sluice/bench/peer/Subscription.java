package dev.sluice.bench.peer;

import dev.sluice.bench.report.Sample;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.Workload;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.PostgresEndpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * PostgreSQL's own logical replication: a subscription on the target. The slot is ours. Dropped when closed. For one thread.
 *
 * <p>Set as PostgreSQL's manual (31.2, 31.10) has it by default, which means that its commits do not wait for the disk.
 */
public final class Subscription implements AutoCloseable {
    public static final String NAME = "subscription";

    private static final String SUBSCRIPTION = "sluice_bench";
    private static final long LOOK_NANOS = 5_000_000;
    private static final long SAMPLE_MILLIS = 100;
    private static final long PATIENCE_MINUTES = 30;

    private final BenchServer target;

    private Subscription(BenchServer target) {
        this.target = target;
    }

    /** One that goes on from where a slot stands. */
    public static Subscription from(BenchServer target, Workload workload, String slot) throws SQLException {
        return create(target, workload, "create_slot = false, copy_data = false, slot_name = " + literal(slot));
    }

    /** One that copies the tables first, and goes on from a slot. Making that itself it would hang within one cluster. */
    public static Subscription copying(BenchServer target, Workload workload, String slot) throws SQLException {
        return create(target, workload, "create_slot = false, slot_name = " + literal(slot));
    }

    private static Subscription create(BenchServer target, Workload workload, String options) throws SQLException {
        target.execute("CREATE SUBSCRIPTION " + SUBSCRIPTION + " CONNECTION "
                + literal(connection(workload.server().endpoint())) + " PUBLICATION " + workload.name() + " WITH ("
                + options + ")");
        return new Subscription(target);
    }

    private static String connection(PostgresEndpoint endpoint) {
        Secret password = endpoint.password();
        return "host=" + quoted(endpoint.host()) + " port=" + endpoint.port() + " user=" + quoted(endpoint.user())
                + " dbname=" + quoted(endpoint.database())
                + (password == null ? "" : " password=" + quoted(password.value()));
    }

    private static String quoted(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String literal(String text) {
        return Identifiers.literal(text);
    }

    /**
     * Waits until everything before {@code end} is applied.
     *
     * @param rows that lie between {@code start} and there
     * @return how far it was now and then, reckoned from the position that it had received
     */
    public List<Sample> awaitApplied(Position start, Position end, long rows) throws SQLException {
        long began = System.nanoTime();
        List<Sample> samples = new ArrayList<>();
        String query = "SELECT coalesce(latest_end_lsn >= " + literal(Position.formatLsn(end.lsn()))
                + "::pg_lsn, false), coalesce(received_lsn - " + literal(Position.formatLsn(start.lsn()))
                + "::pg_lsn, 0) FROM pg_stat_subscription WHERE subname = '" + SUBSCRIPTION + "'";
        try (Connection connection = target.connect();
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet row = statement.executeQuery(query)) {
                    long millis = (System.nanoTime() - began) / 1_000_000;
                    if (row.next()) {
                        double part = row.getDouble(2) / Math.max(1, end.lsn() - start.lsn());
                        if (row.getBoolean(1)) {
                            samples.add(new Sample(millis, rows, -1));
                            return samples;
                        }
                        sample(samples, millis, (long) (rows * Math.max(0, Math.min(1, part))));
                    }
                }
                pause(began);
            }
        }
    }

    /** Waits until all tables have been copied. */
    public void awaitCopied() throws SQLException {
        long began = System.nanoTime();
        String query = "SELECT count(*) FILTER (WHERE srsubstate NOT IN ('f', 's', 'r')) = 0 AND count(*) > 0"
                + " FROM pg_subscription_rel JOIN pg_subscription ON srsubid = pg_subscription.oid"
                + " WHERE subname = '" + SUBSCRIPTION + "'";
        try (Connection connection = target.connect();
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet row = statement.executeQuery(query)) {
                    if (row.next() && row.getBoolean(1)) {
                        return;
                    }
                }
                pause(began);
            }
        }
    }

    private static void sample(List<Sample> samples, long millis, long rows) {
        if (samples.isEmpty() || millis - samples.get(samples.size() - 1).millis() >= SAMPLE_MILLIS) {
            samples.add(new Sample(millis, rows, -1));
        }
    }

    private static void pause(long began) {
        if (TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - began) >= PATIENCE_MINUTES) {
            throw new IllegalStateException("the subscription has not come to the end in " + PATIENCE_MINUTES
                    + " minutes; the target server's log tells why");
        }
        LockSupport.parkNanos(LOOK_NANOS);
    }

    /** Its version and how it is set, for the report. */
    public static Map<String, Object> about(BenchServer target) throws SQLException {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("version", target.value("SHOW server_version"));
        about.put(
                "settings",
                "as CREATE SUBSCRIPTION has them: binary = false, streaming and synchronous_commit default");
        return about;
    }

    @Override
    public void close() throws SQLException {
        target.execute(
                "ALTER SUBSCRIPTION " + SUBSCRIPTION + " DISABLE",
                "ALTER SUBSCRIPTION " + SUBSCRIPTION + " SET (slot_name = NONE)",
                "DROP SUBSCRIPTION " + SUBSCRIPTION);
    }
}
