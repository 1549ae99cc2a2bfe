package dev.sluice.source.postgres.origin;

import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.SourceSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether the publication is as it should be, or can be made so by us. */
final class PublicationCheck {
    private final SourceSettings settings;
    private final ServerCheck server;
    private final List<Table> tables;
    private final Map<QualifiedName, String> filters;
    private final Report report;

    /** @param filters conditions on the rows of some tables, as the server prints them */
    PublicationCheck(
            SourceSettings settings,
            ServerCheck server,
            List<Table> tables,
            Map<QualifiedName, String> filters,
            Report report) {
        this.settings = settings;
        this.server = server;
        this.tables = tables;
        this.filters = filters;
        this.report = report;
    }

    /** Before a first copy, which makes the publication or makes it fit. */
    void beforeStart(@Nullable Publication publication) {
        if (tables.isEmpty()) {
            return;
        }
        if (publication == null) {
            requireRightToCreate();
            return;
        }
        if (publication.wholesale()) {
            refuseWholesale(
                    publication,
                    "or DROP PUBLICATION " + Identifiers.quote(publication.name()) + "; "
                            + Publication.createStatement(publication.name(), tables, settings.rows()) + ";");
            return;
        }
        reportNarrowed(publication);
        if (!publication.ours()) { // ours is made to fit
            reportFilters(publication);
        }
        reportLeftOut(publication);
        List<Table> missing = publication.missing(tables);
        if (!missing.isEmpty() && !(publication.owned() && ownsAll(missing))) {
            report.refuse(
                    "publication " + publication.name() + " lacks " + names(missing) + ", and "
                            + settings.endpoint().user() + " may not add them",
                    "run as owner of the publication and the tables: "
                            + Publication.addStatement(publication.name(), missing, settings.rows()) + ";");
        }
        if ((!publication.everyOperation() || needsRoot() && !publication.viaRoot()) && !publication.owned()) {
            report.refuse(
                    "publication " + publication.name()
                            + " does not publish every operation, or not partitions as their" + " root, and "
                            + settings.endpoint().user() + " may not alter it",
                    "run as its owner: " + Publication.optionsStatement(publication.name()) + ";");
        }
    }

    /** Before the stream goes on. */
    void beforeResume(Publication publication) {
        if (publication.wholesale()) {
            refuseWholesale(publication, "after teardown, as it takes a new copy");
            return;
        }
        reportNarrowed(publication);
        reportFilters(publication);
        reportRenamed(publication);
        if (!publication.everyOperation()) {
            report.refuse(
                    "publication " + publication.name() + " does not publish every operation",
                    Publication.optionsStatement(publication.name()) + ";");
        }
    }

    /** What it publishes changes with every table that is made, and a table that was left out is published all the same. */
    private void refuseWholesale(Publication publication, String otherwise) {
        report.refuse(
                "publication " + publication.name()
                        + " is FOR ALL TABLES or FOR TABLES IN SCHEMA, so it would stream tables that were never copied",
                "give a name under publication: that does not exist, Sluice then creates it, " + otherwise);
    }

    private void reportLeftOut(Publication publication) {
        boolean rootsOnly = publication.viaRoot() || !needsRoot();
        if (publication.ours() || !rootsOnly) {
            return;
        }
        Set<QualifiedName> copied = tables.stream()
                .map(table -> new QualifiedName(table.schema(), table.name()))
                .collect(Collectors.toSet());
        for (QualifiedName table : publication.tables()) {
            if (isSelected(table) && !copied.contains(table)) {
                report.refuse(
                        "publication " + publication.name() + " lists " + display(table)
                                + ", which is left out of the copy",
                        dropStatement(publication, table));
            }
        }
    }

    /** Ours lists what matched when it was made. Whatever does not match now was renamed, or is no longer wanted. */
    private void reportRenamed(Publication publication) {
        if (!publication.ours() || !publication.viaRoot()) {
            return;
        }
        for (QualifiedName table : publication.tables()) {
            if (!isSelected(table)) {
                report.refuse(
                        "publication " + publication.name() + " lists " + display(table)
                                + ", which tables: does not name; its changes would be lost",
                        "add \"" + display(table) + "\" to tables:, or if they are not wanted: "
                                + dropStatement(publication, table));
            }
        }
    }

    private boolean isSelected(QualifiedName table) {
        return settings.tables().includes(table.schema(), table.name());
    }

    private static String display(QualifiedName table) {
        return table.schema() + "." + table.name();
    }

    private static String dropStatement(Publication publication, QualifiedName table) {
        return "ALTER PUBLICATION " + Identifiers.quote(publication.name()) + " DROP TABLE "
                + Identifiers.qualified(table.schema(), table.name()) + ";";
    }

    private void requireRightToCreate() {
        List<Table> others = tables.stream().filter(table -> !table.owned()).toList();
        if (server.superuser() || server.createRight() && others.isEmpty()) {
            return;
        }
        String user = settings.endpoint().user();
        String database = settings.endpoint().database();
        report.refuse(
                "publication " + settings.publication() + " does not exist, and role " + user
                        + " may not create it: it "
                        + (server.createRight() ? "" : "lacks CREATE on database " + database)
                        + (server.createRight() || others.isEmpty() ? "" : " and ")
                        + (others.isEmpty() ? "" : "does not own " + names(others)),
                "run as superuser or owner of the tables: "
                        + Publication.createStatement(settings.publication(), tables, settings.rows()) + ";"
                        + (others.isEmpty()
                                ? " or GRANT CREATE ON DATABASE " + Identifiers.quote(database) + " TO "
                                        + Identifiers.quote(user) + ";"
                                : ""));
    }

    private void reportNarrowed(Publication publication) {
        List<Table> narrowed = tables.stream()
                .filter(table -> publication.narrowed().contains(new QualifiedName(table.schema(), table.name())))
                .toList();
        if (!narrowed.isEmpty()) {
            report.refuse(
                    "publication " + publication.name() + " has a column list for " + names(narrowed)
                            + ", so the stream would not match the copy",
                    "publish the whole table, or give another name under publication:");
        }
    }

    /** A table that is not published yet gets the filter with that. */
    private void reportFilters(Publication publication) {
        for (Table table : tables) {
            QualifiedName name = new QualifiedName(table.schema(), table.name());
            String wanted = filters.get(name);
            String found = publication.filters().get(name);
            if (publication.publishes(table) && !Objects.equals(wanted, found) && !isRefused(name)) {
                report.refuse(
                        "publication " + publication.name() + " sends "
                                + (found == null ? "every row" : "the rows " + found) + " of " + table.displayName()
                                + ", and rows: names " + (wanted == null ? "no condition for it" : wanted),
                        "give rows: the publication's condition, or another name under publication:; to take another"
                                + " condition, run teardown and start with a new copy");
            }
        }
    }

    private boolean isRefused(QualifiedName table) {
        return settings.rows().tables().contains(table) && !filters.containsKey(table);
    }

    private boolean needsRoot() {
        return tables.stream().anyMatch(Table::isPartitioned);
    }

    private static boolean ownsAll(List<Table> tables) {
        return tables.stream().allMatch(Table::owned);
    }

    private static String names(List<Table> tables) {
        return tables.stream().map(Table::displayName).collect(Collectors.joining(", "));
    }
}
