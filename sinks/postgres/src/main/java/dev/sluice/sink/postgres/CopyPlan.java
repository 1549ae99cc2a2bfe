package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a first copy found in the target, and what follows from it: either everything that stands in the way, or the
 * statements that make the target ready.
 */
final class CopyPlan {
    private final TargetSession session;
    private final boolean createTables;
    private final List<Relation> tables;
    private final Map<String, TargetTable> existing;
    private final Set<String> copied;
    private final Set<String> kept;
    private final Map<String, List<String>> labels;
    private final Set<Long> followed;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * @param existing tables by {@link Relation#displayName}
     * @param copied names of the tables that an earlier copy of ours has filled
     * @param kept those of them of which something stays
     * @param labels of the types that are there, by {@link TargetTypes#key}
     * @param followed OIDs of tables that are in step already, and whose fit is looked at when they are loaded
     */
    CopyPlan(
            TargetSession session,
            boolean createTables,
            List<Relation> tables,
            Map<String, TargetTable> existing,
            Set<String> copied,
            Set<String> kept,
            Map<String, List<String>> labels,
            Set<Long> followed) {
        this.session = session;
        this.createTables = createTables;
        this.tables = tables;
        this.existing = existing;
        this.copied = copied;
        this.kept = kept;
        this.labels = labels;
        this.followed = followed;
    }

    /** The tables that are there and were not filled by us. */
    List<TargetTable> foreign() {
        return existing.values().stream()
                .filter(table -> table.isTable()
                        && !copied.contains(table.displayName())
                        && !table.missingPrivileges().contains("SELECT"))
                .toList();
    }

    /** The statements that make the target ready. Fails with everything that stands in the way. */
    List<Statement> statements(Set<String> filled) {
        List<Relation> missing = new ArrayList<>();
        for (Relation table : tables) {
            TargetTable target = existing.get(table.displayName());
            if (target == null) {
                missing.add(table);
            } else if (!followed.contains(table.oid())) {
                problems.addAll(TableFit.problems(table, target, session.user(), session.triggersSilent()));
            }
        }
        filled.forEach(this::refuseRows);
        List<DataType> missingTypes = checkTypes();
        if (!createTables) {
            missing.forEach(this::refuseMissing);
        }
        if (!problems.isEmpty()) {
            throw SyncException.of(problems);
        }
        List<Statement> ddl = new ArrayList<>();
        ddl.addAll(TargetTypes.createSchemas(TableDefinition.schemas(missing, missingTypes)));
        missingTypes.forEach(type -> ddl.add(TargetTypes.create(type)));
        missing.forEach(table ->
                ddl.add(Statement.of(TableDefinition.createTable(table), "create table " + table.displayName())));
        ddl.addAll(Emptying.of(filledByUs()));
        return ddl;
    }

    /** Those that an unfinished copy of ours had filled, and that are to be filled anew. */
    private List<TargetTable> filledByUs() {
        return existing.values().stream()
                .filter(table -> copied.contains(table.displayName()) && !kept.contains(table.displayName()))
                .toList();
    }

    /** Those of columns that are to be made, or that have that very type in the target: an enum may lie in a text. */
    private Set<DataType> typesNeeded() {
        Set<DataType> needed = new LinkedHashSet<>();
        for (Relation table : tables) {
            TargetTable target = existing.get(table.displayName());
            for (Column column : table.columns()) {
                if (target == null
                        || target.column(column.name())
                                .map(found -> found.isOf(column.type()))
                                .orElse(true)) {
                    TableDefinition.collectTypes(column.type(), needed);
                }
            }
        }
        return needed;
    }

    private List<DataType> checkTypes() {
        List<DataType> missing = new ArrayList<>();
        for (DataType type : typesNeeded()) {
            List<String> present = labels.get(TargetTypes.key(type));
            if (present != null) {
                checkLabels(type, present);
            } else if (createTables && TableDefinition.canCreate(type)) {
                missing.add(type);
            } else {
                problems.add(new Problem(
                        ErrorKind.SINK_MISFIT,
                        "the target has no type " + type.schema() + "." + type.name(),
                        TableDefinition.canCreate(type)
                                ? TableDefinition.createType(type)
                                : "create it, or the extension that brings it, in the target"));
            }
        }
        return missing;
    }

    private void checkLabels(DataType type, List<String> present) {
        if (type instanceof DataType.Enumeration enumeration && !present.containsAll(enumeration.labels())) {
            String statements = enumeration.labels().stream()
                    .filter(label -> !present.contains(label))
                    .map(label -> "ALTER TYPE " + Identifiers.qualified(type.schema(), type.name()) + " ADD VALUE "
                            + Identifiers.literal(label) + ";")
                    .collect(Collectors.joining(" "));
            problems.add(new Problem(
                    ErrorKind.SINK_MISFIT,
                    "type " + type.schema() + "." + type.name() + " of the target lacks values of the source's",
                    statements));
        }
    }

    private void refuseRows(String table) {
        problems.add(new Problem(
                ErrorKind.SINK_MISFIT,
                "target table " + table + " already holds rows, which are not of an unfinished copy of ours",
                "TRUNCATE " + sqlName(table) + "; or leave the table out"));
    }

    private String sqlName(String table) {
        TargetTable target = existing.get(table);
        return target == null ? table : target.sqlName();
    }

    private void refuseMissing(Relation table) {
        problems.add(new Problem(
                ErrorKind.SINK_MISFIT,
                "target table " + table.displayName() + " does not exist, and createTables is false",
                TableDefinition.createTable(table)));
    }
}
