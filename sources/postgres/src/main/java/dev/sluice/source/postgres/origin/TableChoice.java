package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.PostgresSourceConfig.WithoutKey;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of the tables that match are published, and what is wrong with the others. A partition whose parent matches too is
 * part of its parent: its rows come under the parent's name.
 */
public final class TableChoice {
    private final SourceSettings settings;
    private final TableCatalogue catalogue;

    public TableChoice(SourceSettings settings, TableCatalogue catalogue) {
        this.settings = settings;
        this.catalogue = catalogue;
    }

    /** Before a first copy: the tables to publish, in the order of their names. */
    List<Table> choose(Report report) throws SQLException {
        List<Table> chosen = new ArrayList<>();
        for (Table table : matched(report)) {
            if (isPublishable(table, report)) {
                chosen.add(table);
            }
        }
        return chosen;
    }

    /** Before the stream goes on: the tables that are published, and those that came since and can be added. */
    List<Table> published(Publication publication, Report report) throws SQLException {
        List<Table> published = new ArrayList<>();
        for (Table table : matched(report)) {
            if (!publication.publishes(table)) {
                String obstacle = obstacle(table, publication);
                if (obstacle == null) {
                    published.add(table);
                } else {
                    report.notice(table.displayName() + " is not published, so it is not followed: " + obstacle);
                }
            } else {
                published.add(table);
                noticePublished(table, report);
            }
        }
        return published;
    }

    /** What is wrong with a table that is published. */
    void noticePublished(Table table, Report report) {
        if (needsIdentity(table)) {
            report.notice(table.displayName() + " is published and has no replica identity any more, so its UPDATEs"
                    + " and DELETEs fail in the source: " + remedy(table));
        }
    }

    /** Whether it has no replica identity, and that is not what was asked for. */
    private boolean needsIdentity(Table table) {
        return !table.hasReplicaIdentity() && settings.withoutKey() != WithoutKey.INSERTS;
    }

    /** Why a table that came later cannot be followed; null if it can. Nothing that comes later stops the others. */
    @Nullable String obstacle(Table table, Publication publication) {
        if (settings.copy().mode() == CopyMode.NEVER) {
            return "with copy: never, add it yourself: "
                    + Publication.addStatement(publication.name(), List.of(table), settings.rows()) + ";";
        }
        if (!table.logged()) {
            return "it is unlogged, its changes are in no WAL";
        }
        if (needsIdentity(table)) {
            return "it has no replica identity: " + remedy(table);
        }
        if (!publication.owned() || !table.owned()) {
            return "run as owner of the publication and the table: "
                    + Publication.addStatement(publication.name(), List.of(table), settings.rows()) + ";";
        }
        Report rights = new Report();
        reportRights(table, rights);
        return rights.firstProblem();
    }

    public List<Table> matched(Report report) throws SQLException {
        List<Table> matched = catalogue.tables(settings.tables());
        reportPatterns(matched, report);
        Set<Long> partitions = partitionsOfMatched(matched);
        return matched.stream()
                .filter(table -> !partitions.contains(table.oid()))
                .toList();
    }

    private void reportPatterns(List<Table> matched, Report report) {
        if (matched.isEmpty()) {
            report.add(
                    ErrorKind.CONFIGURATION,
                    "no table of database " + settings.endpoint().database() + " matches " + settings.tables(),
                    "correct tables:, or create the tables first");
            return;
        }
        settings
                .tables()
                .withoutMatch(matched.stream()
                        .map(table -> new QualifiedName(table.schema(), table.name()))
                        .toList())
                .stream()
                .filter(pattern -> !pattern.startsWith("!"))
                .forEach(pattern -> report.notice("No table matches the pattern " + pattern + "."));
    }

    private static Set<Long> partitionsOfMatched(List<Table> matched) {
        Set<Long> oids = matched.stream().map(Table::oid).collect(Collectors.toSet());
        return matched.stream()
                .filter(table -> table.ancestors().stream().anyMatch(oids::contains))
                .map(Table::oid)
                .collect(Collectors.toSet());
    }

    /** Whether it can be followed from the start on; reports what is wrong with it. */
    boolean isPublishable(Table table, Report report) {
        if (!table.logged()) {
            report.notice(table.displayName() + " is unlogged: its changes are in no WAL, so it is left out.");
            return false;
        }
        if (needsIdentity(table)) {
            return refuseWithoutKey(table, report);
        }
        if (!table.hasReplicaIdentity()) {
            report.notice(table.displayName() + " has no replica identity: its rows are only to be inserted, the server"
                    + " refuses to UPDATE and DELETE them now.");
        }
        if (table.hasGeneratedColumns()) {
            report.notice("The generated columns of " + table.displayName() + " are left out.");
        }
        reportRights(table, report);
        return true;
    }

    private boolean refuseWithoutKey(Table table, Report report) {
        String what = table.displayName() + " has no replica identity"
                + (table.isPartitioned() ? " in itself or in one of its partitions" : "");
        if (settings.withoutKey() == WithoutKey.SKIP) {
            report.notice(what + ", so it is left out: " + remedy(table));
        } else {
            report.refuse(
                    what + ": once published, its UPDATEs and DELETEs would fail in the source",
                    remedy(table)
                            + " (or withoutKey: skip, or withoutKey: inserts if its rows never change, or exclude it with \"!"
                            + table.displayName() + "\")");
        }
        return false;
    }

    private static String remedy(Table table) {
        String alter = "ALTER TABLE " + table.sqlName();
        if (table.isPartitioned()) {
            return alter + " ADD PRIMARY KEY (...); or REPLICA IDENTITY FULL for it and each partition";
        }
        return table.hasPrimaryKey() && table.identity() != ReplicaIdentity.DEFAULT
                ? alter + " REPLICA IDENTITY DEFAULT;"
                : alter + " REPLICA IDENTITY FULL; or give it a primary key that is not deferrable";
    }

    public void reportRights(Table table, Report report) {
        String user = Identifiers.quote(settings.endpoint().user());
        if (!table.readable()) {
            report.refuse(
                    "role " + settings.endpoint().user() + " may not read " + table.displayName(),
                    "GRANT USAGE ON SCHEMA " + Identifiers.quote(table.schema()) + " TO " + user + "; GRANT SELECT ON "
                            + table.sqlName() + " TO " + user + ";");
        }
        if (table.rowSecurity()) {
            report.refuse(
                    "row security would hide rows of " + table.displayName() + " from the first copy",
                    "ALTER ROLE " + user + " BYPASSRLS;");
        }
    }
}
