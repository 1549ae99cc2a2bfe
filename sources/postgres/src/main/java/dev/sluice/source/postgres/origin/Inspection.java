package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.engine.source.SourceState;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/** Looks at everything that the stream needs and changes nothing. One use; blocking. */
final class Inspection {
    private final SourceSettings settings;
    private final Connections connections;
    private final Arrivals arrivals;
    private final Report report = new Report();

    Inspection(SourceSettings settings, Connections connections, Arrivals arrivals) {
        this.settings = settings;
        this.connections = connections;
        this.arrivals = arrivals;
    }

    /**
     * Fails with everything that stands in the way.
     *
     * @param again whether this process has passed before, so that whoever uses the slot may be what it left behind
     */
    SourceState run(boolean again) {
        try (PgConnection connection = connections.openForQueries()) {
            return look(connection, again);
        } catch (SQLException error) {
            throw new ConnectionErrors(settings.endpoint()).of(error);
        }
    }

    private SourceState look(Connection connection, boolean again) throws SQLException {
        ServerCheck server = ServerCheck.read(connection);
        @Nullable ReplicationSlot slot =
                SlotPatience.awaitIdle(connection, settings.slot()).orElse(null);
        server.report(settings.endpoint().user(), slot, settings.failover(), report);
        @Nullable SystemIdentity system = server.replicationRight() ? identify(again) : null;
        TableCatalogue catalogue = new TableCatalogue(connection);
        arrivals.remember(catalogue);
        TableChoice choice = new TableChoice(settings, catalogue);
        @Nullable Publication publication =
                Publication.find(connection, settings.publication()).orElse(null);
        List<Table> tables;
        if (slot == null) {
            tables = choice.choose(report);
            publicationCheck(connection, server, tables, false).beforeStart(publication);
        } else {
            check(slot, again);
            tables = publication == null ? List.of() : choice.published(publication, report);
            resume(connection, server, publication, tables);
        }
        report.throwIfAny();
        if (system == null) {
            throw new IllegalStateException("a missing identity is a problem that was reported");
        }
        @Nullable Position confirmed = slot == null ? null : slot.confirmedFlush();
        List<Relation> relations = tables.stream().map(Table::relation).toList();
        Set<Long> unpublished = publication == null
                ? Set.of()
                : tables.stream()
                        .filter(table -> !publication.publishes(table))
                        .map(Table::oid)
                        .collect(Collectors.toSet());
        return new SourceState(
                system.withSlot(settings.slot()),
                confirmed,
                relations,
                unpublished,
                settings.copy().mode(),
                report.notices());
    }

    private PublicationCheck publicationCheck(
            Connection connection, ServerCheck server, List<Table> tables, boolean resumes) throws SQLException {
        Map<QualifiedName, String> filters = new RowFilterCheck(settings, report).run(connection, tables, resumes);
        return new PublicationCheck(settings, server, tables, filters, report);
    }

    private void resume(
            Connection connection, ServerCheck server, @Nullable Publication publication, List<Table> tables)
            throws SQLException {
        if (publication == null) {
            report.add(
                    ErrorKind.SOURCE_GAP,
                    "publication " + settings.publication() + " was dropped, slot " + settings.slot()
                            + " cannot be read without it",
                    ErrorKind.SOURCE_GAP.advice());
        } else {
            publicationCheck(connection, server, tables, true).beforeResume(publication);
        }
    }

    /** Shows the right to replicate, a free walsender, and that pg_hba.conf lets us. */
    private @Nullable SystemIdentity identify(boolean again) {
        try (PgConnection replication = connections.openReplication().connection()) {
            return SystemIdentity.read(replication);
        } catch (SQLException error) {
            if ("53300".equals(error.getSQLState())) {
                report.add(
                        again ? ErrorKind.SOURCE_UNAVAILABLE : ErrorKind.SOURCE_REFUSED,
                        "no walsender is free: " + error.getMessage(),
                        "ALTER SYSTEM SET max_wal_senders = 20; then restart the server, or stop what uses them");
            } else {
                var classified = SqlStates.source("open a replication connection", error);
                report.add(
                        classified.kind(),
                        String.valueOf(classified.getMessage()),
                        "allow it in pg_hba.conf: host "
                                + settings.endpoint().database() + " "
                                + settings.endpoint().user()
                                + " <our address> scram-sha-256");
            }
            return null;
        }
    }

    private void check(ReplicationSlot slot, boolean again) {
        String drop = "SELECT pg_drop_replication_slot(" + Identifiers.literal(slot.name()) + ");";
        if (!"pgoutput".equals(slot.plugin()) || !settings.endpoint().database().equals(slot.database())) {
            report.add(
                    ErrorKind.STATE_MISMATCH,
                    "slot " + slot.name() + " belongs to "
                            + (slot.plugin() == null
                                    ? "a physical standby"
                                    : "plugin " + slot.plugin() + " and database " + slot.database())
                            + ", not to pgoutput and " + settings.endpoint().database(),
                    "give another name under slot:, or if nobody needs it: " + drop);
        } else if (slot.invalidation() != null) {
            report.add(
                    ErrorKind.SOURCE_GAP,
                    "slot " + slot.name() + " was invalidated (" + slot.invalidation() + "): changes from "
                            + slot.confirmedFlush() + " on are no longer available",
                    ErrorKind.SOURCE_GAP.advice());
        }
        if (slot.activePid() != null) {
            report.add(
                    again ? ErrorKind.SOURCE_UNAVAILABLE : ErrorKind.SOURCE_REFUSED,
                    "slot " + slot.name() + " is in use by process " + slot.activePid() + " of the server",
                    "stop the other instance, or give another name under slot:");
        }
    }
}
