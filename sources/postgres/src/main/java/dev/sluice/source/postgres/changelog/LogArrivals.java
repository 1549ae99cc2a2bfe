package dev.sluice.source.postgres.changelog;

import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Notices, every few seconds, tables that match and were not there when somebody looked at all of them, and those whose
 * triggers somebody has dropped, disabled or replaced since. Any thread.
 */
final class LogArrivals {
    private static final Logger LOG = LoggerFactory.getLogger(LogArrivals.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final SourceSettings settings;
    private final Connections connections;
    private final Scheduler scheduler;
    private volatile Set<Long> known = Set.of();
    private volatile Set<Long> intact = Set.of();

    /** @param scheduler where the database may be asked */
    LogArrivals(SourceSettings settings, Connections connections, Scheduler scheduler) {
        this.settings = settings;
        this.connections = connections;
        this.scheduler = scheduler;
    }

    /** What is so now is no news any more. Blocks; to be called before the tables are looked at, or one may be missed. */
    void remember(PgConnection connection) throws SQLException {
        known = Set.copyOf(
                new TableCatalogue(connection).names(settings.tables()).keySet());
        intact = intact(connection);
    }

    private static Set<Long> intact(PgConnection connection) throws SQLException {
        Installation installation = Installation.read(connection);
        return installation == null ? Set.of() : installation.intact();
    }

    /** See {@link dev.sluice.engine.source.Origin#arrivals}. */
    Flux<String> watch() {
        return Mono.delay(PERIOD, scheduler).mapNotNull(tick -> look()).repeat();
    }

    private @Nullable String look() {
        try (PgConnection connection = connections.openForQueries()) {
            String touched = findTouched(connection);
            return touched == null ? findNew(connection) : touched;
        } catch (SQLException unavailable) {
            LOG.debug("{}: cannot look for new tables", settings.pipeline(), unavailable);
        } catch (RuntimeException unexpected) { // thrown on, it would end the looking
            LOG.warn("{}: cannot look for new tables", settings.pipeline(), unexpected);
        }
        return null;
    }

    /** Its changes may be missing since. */
    private @Nullable String findTouched(PgConnection connection) throws SQLException {
        Set<Long> now = intact(connection);
        Set<Long> before = intact;
        Set<Long> touched = before.stream().filter(oid -> !now.contains(oid)).collect(Collectors.toSet());
        for (Table table : new TableCatalogue(connection).tables(touched)) {
            LOG.warn(
                    "{}: somebody has changed the triggers of {}; changes may be missing, so it is copied anew",
                    settings.pipeline(),
                    table.displayName());
            intact = now;
            return table.displayName();
        }
        intact = now; // also those that the pipeline has given triggers since
        return null;
    }

    private @Nullable String findNew(PgConnection connection) throws SQLException {
        Set<Long> before = known;
        TableCatalogue catalogue = new TableCatalogue(connection);
        Set<Long> after = new HashSet<>(catalogue.names(settings.tables()).keySet());
        after.removeAll(before);
        List<Table> unknown = catalogue.tables(after);
        Set<Long> forbidden = ChangelogInspection.withoutTriggerRight(connection, unknown);
        for (Table table : unknown) {
            if (table.logged()
                    && !forbidden.contains(table.oid())
                    && table.ancestors().stream().noneMatch(before::contains)) {
                return table.displayName();
            }
        }
        if (known == before) { // nobody has looked at everything meanwhile
            after.addAll(before);
            known = after;
        }
        return null;
    }
}
