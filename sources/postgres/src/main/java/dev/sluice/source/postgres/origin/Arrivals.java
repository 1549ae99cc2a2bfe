package dev.sluice.source.postgres.origin;

import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Notices tables that match and were not there when somebody looked at all of them. Takes no right, no trigger and no
 * place in the stream: the list of names is read every few seconds. Any thread.
 */
final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final SourceSettings settings;
    private final Connections connections;
    private final Scheduler scheduler;
    private volatile Set<Long> known = Set.of();

    /** @param scheduler where the database may be asked */
    Arrivals(SourceSettings settings, Connections connections, Scheduler scheduler) {
        this.settings = settings;
        this.connections = connections;
        this.scheduler = scheduler;
    }

    /** What is there now is no arrival any more. Blocks; to be called before the tables are looked at, or one may be missed. */
    void remember(TableCatalogue catalogue) throws SQLException {
        known = Set.copyOf(catalogue.names(settings.tables()).keySet());
    }

    /** See {@link dev.sluice.engine.source.Origin#arrivals}. */
    Flux<String> watch() {
        return Mono.delay(PERIOD, scheduler).mapNotNull(tick -> look()).repeat();
    }

    private @Nullable String look() {
        try (PgConnection connection = connections.openForQueries()) {
            return find(connection);
        } catch (SQLException unavailable) {
            LOG.debug("{}: cannot look for new tables", settings.pipeline(), unavailable);
        } catch (RuntimeException unexpected) { // thrown on, it would end the looking
            LOG.warn("{}: cannot look for new tables", settings.pipeline(), unexpected);
        }
        return null;
    }

    private @Nullable String find(PgConnection connection) throws SQLException {
        Set<Long> before = known;
        TableCatalogue catalogue = new TableCatalogue(connection);
        List<Table> unknown = catalogue.tables(catalogue.names(settings.tables()).keySet().stream()
                .filter(oid -> !before.contains(oid))
                .toList());
        Publication publication = unknown.isEmpty()
                ? null
                : Publication.find(connection, settings.publication()).orElse(null);
        if (publication == null) { // if it is gone, the stream tells
            return null;
        }
        Set<Long> after = new HashSet<>(before);
        for (Table table : unknown) {
            if (isToBeFollowed(table, before, publication, new TableChoice(settings, catalogue))) {
                return table.displayName();
            }
            after.add(table.oid());
        }
        if (known == before) { // nobody has looked at everything meanwhile
            known = after;
        }
        return null;
    }

    /** A partition of a table that is known is part of it. */
    private boolean isToBeFollowed(Table table, Set<Long> before, Publication publication, TableChoice choice) {
        if (table.ancestors().stream().anyMatch(before::contains)) {
            return false;
        }
        String obstacle = choice.obstacle(table, publication);
        if (obstacle != null) {
            LOG.warn("{}: {} has come and is not followed: {}", settings.pipeline(), table.displayName(), obstacle);
        }
        return obstacle == null;
    }
}
