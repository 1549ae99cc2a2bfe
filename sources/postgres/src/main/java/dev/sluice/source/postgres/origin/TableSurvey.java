package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PrimaryKey;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.FollowedTables;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.origin.SurveyedTable.Fate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at every table of the source, followed or not, and says why. Changes nothing; blocks; one use, one thread. */
public final class TableSurvey {
    private final SourceSettings settings;
    private final TableChoice choice;
    private final @Nullable Publication publication;
    private final boolean begun;
    private final boolean needsIdentity;
    private final Map<Long, Table> tables;
    private final Map<Long, PrimaryKey> keys;
    private final Map<Long, Long> sizes;

    private TableSurvey(SourceSettings settings, Connection connection) throws SQLException {
        TableCatalogue catalogue = new TableCatalogue(connection);
        this.settings = settings;
        this.choice = new TableChoice(settings, catalogue);
        this.publication = Publication.find(connection, settings.publication()).orElse(null);
        this.needsIdentity = FollowedTables.of(connection, settings).needsIdentity();
        this.begun = ReplicationSlot.find(connection, settings.slot()).isPresent();
        this.tables = catalogue.tables(TableSelection.all()).stream()
                .collect(Collectors.toMap(Table::oid, Function.identity(), (one, same) -> one, LinkedHashMap::new));
        this.keys = catalogue.primaryKeys(tables.keySet());
        this.sizes = catalogue.sizes(tables.keySet());
    }

    /** All tables, in the order of their names. Fails with a {@link SyncException} if the source does not answer. */
    public static List<SurveyedTable> of(SourceSettings settings) {
        try (Connection connection = new Connections(settings.endpoint(), "sluice tables").openForQueries()) {
            return new TableSurvey(settings, connection).all();
        } catch (SQLException error) {
            throw new ConnectionErrors(settings.endpoint()).of(error);
        }
    }

    private List<SurveyedTable> all() {
        return tables.values().stream().map(this::surveyed).toList();
    }

    private SurveyedTable surveyed(Table table) {
        List<String> reasons = new ArrayList<>();
        Fate fate = fate(table, reasons);
        return new SurveyedTable(
                table,
                keys.getOrDefault(table.oid(), PrimaryKey.NONE),
                sizes.getOrDefault(table.oid(), 0L),
                table.hasReplicaIdentity() || !needsIdentity,
                fate,
                reasons);
    }

    private boolean matches(Table table) {
        return settings.tables().includes(table.schema(), table.name());
    }

    private Fate fate(Table table, List<String> reasons) {
        if (!matches(table)) {
            reasons.add(settings.tables()
                    .excludedBy(table.schema(), table.name())
                    .map(pattern -> "tables: takes it out with \"" + pattern + "\"")
                    .orElse("no pattern of tables: matches it"));
            return Fate.OUT;
        }
        for (long ancestor : table.ancestors()) {
            Table parent = tables.get(ancestor);
            if (parent != null && matches(parent)) {
                reasons.add("it is a partition: its rows come as those of " + parent.displayName());
                return Fate.OUT;
            }
        }
        if (!needsIdentity) {
            return logged(table, reasons);
        }
        return publication != null && begun ? resumed(table, publication, reasons) : beforeStart(table, reasons);
    }

    /** As the pipeline finds it when it begins. */
    private Fate beforeStart(Table table, List<String> reasons) {
        Report report = new Report();
        boolean publishable = choice.isPublishable(table, report);
        report.notices().forEach(notice -> reasons.add(withoutName(table, notice)));
        List<Problem> problems = report.problems();
        problems.forEach(problem -> reasons.add(withoutName(table, problem.what()) + ": " + problem.remedy()));
        return problems.isEmpty() ? publishable ? Fate.IN : Fate.OUT : Fate.REFUSED;
    }

    /** With a change log. */
    private Fate logged(Table table, List<String> reasons) {
        if (!table.logged()) {
            reasons.add("it is unlogged: a crash of the server empties it without a word");
            return Fate.OUT;
        }
        Report report = new Report();
        choice.reportRights(table, report);
        report.problems().forEach(problem -> reasons.add(problem.what() + ": " + problem.remedy()));
        return report.problems().isEmpty() ? Fate.IN : Fate.REFUSED;
    }

    /** As it finds it when it goes on. */
    private Fate resumed(Table table, Publication followed, List<String> reasons) {
        if (followed.publishes(table)) {
            Report report = new Report();
            choice.noticePublished(table, report);
            report.notices().forEach(notice -> reasons.add(withoutName(table, notice)));
            return Fate.IN;
        }
        String obstacle = choice.obstacle(table, followed);
        reasons.add(obstacle == null ? "it came later, and is copied and followed from the next look on" : obstacle);
        return obstacle == null ? Fate.IN : Fate.OUT;
    }

    /** The name stands before the reasons. */
    private static String withoutName(Table table, String sentence) {
        String name = table.displayName() + " ";
        String rest = sentence.startsWith(name) ? "it " + sentence.substring(name.length()) : sentence;
        return rest.endsWith(".") ? rest.substring(0, rest.length() - 1) : rest;
    }
}
