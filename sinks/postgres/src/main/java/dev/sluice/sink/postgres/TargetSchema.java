package dev.sluice.sink.postgres;

import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Makes the target ready for a first copy. Looks at everything first and reports all that does not fit; only then, in one
 * transaction, makes what is missing and empties what an unfinished copy of ours had filled.
 */
final class TargetSchema {
    private static final String COPIED =
            "SELECT table_schema, table_name FROM sluice.copied" + " WHERE pipeline = $1::text AND sink = $2::text";

    private static final String TYPES = """
            SELECT n.nspname AS schema_name, t.typname AS type_name,
              ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
            FROM unnest($1::text[], $2::text[]) AS w(schema_name, type_name)
            JOIN pg_namespace n ON n.nspname = w.schema_name
            JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = w.type_name
            """;

    private final TargetSession session;
    private final TableTargets targets;
    private final boolean createTables;

    TargetSchema(TargetSession session, TableTargets targets, boolean createTables) {
        this.session = session;
        this.targets = targets;
        this.createTables = createTables;
    }

    Mono<Void> prepare(List<Relation> tables, Claim claim, Position snapshot) {
        Set<DataType> types = new LinkedHashSet<>();
        tables.forEach(table -> table.columns().forEach(column -> TableDefinition.collectTypes(column.type(), types)));
        return Mono.zip(new TargetCatalogue(session).read(tables), copied(claim), labelsOfTypes(types))
                .map(found -> new Inspection(tables, types, found.getT1(), found.getT2(), found.getT3()))
                .flatMap(inspection -> rowsThere(inspection).map(filled -> inspection.plan(filled)))
                .flatMap(ddl -> session.run(transaction(ddl, claim, snapshot)))
                .onErrorMap(
                        StatementFailure.class,
                        failure -> TargetErrors.isFenced(failure) ? claim.fenced() : explained(tables, failure))
                .then(Mono.defer(() -> targets.load(tables)));
    }

    /** Since PostgreSQL 15 not everybody may create tables in schema public. */
    private Throwable explained(List<Relation> tables, StatementFailure failure) {
        SyncException error = TargetErrors.classify("prepare the target", failure);
        if (error.kind() != ErrorKind.SINK_REFUSED) {
            return error;
        }
        String schemas = TableDefinition.schemas(tables, List.of()).stream()
                .map(Identifiers::quote)
                .collect(Collectors.joining(", "));
        return new SyncException(
                ErrorKind.SINK_REFUSED,
                error.getMessage() + "; as an administrator of the target run: GRANT CREATE ON SCHEMA " + schemas
                        + " TO " + Identifiers.quote(session.user()) + "; or create the tables yourself",
                failure);
    }

    private Mono<Set<String>> copied(Claim claim) {
        return session.run(Statement.of(COPIED, "read sluice.copied", claim.pipeline(), claim.sink()))
                .map(rows -> {
                    Set<String> names = new HashSet<>();
                    rows.forEach(row -> names.add(row.getString("table_schema") + "." + row.getString("table_name")));
                    return names;
                });
    }

    /** By {@code schema.name}; without labels for what is no enumeration. */
    private Mono<Map<String, List<String>>> labelsOfTypes(Collection<DataType> types) {
        Statement query = Statement.of(
                TYPES,
                "read the target's types",
                types.stream().map(DataType::schema).toArray(String[]::new),
                types.stream().map(DataType::name).toArray(String[]::new));
        return session.run(query).map(rows -> {
            Map<String, List<String>> labels = new HashMap<>();
            for (Row row : rows) {
                String @Nullable [] values = row.getArrayOfStrings("labels");
                labels.put(
                        row.getString("schema_name") + "." + row.getString("type_name"),
                        values == null ? List.of() : Arrays.asList(values));
            }
            return labels;
        });
    }

    /** Which of the tables that we have not filled ourselves hold rows. */
    private Mono<Set<String>> rowsThere(Inspection inspection) {
        List<TargetTable> foreign = inspection.foreign();
        List<Statement> queries = foreign.stream()
                .map(table -> Statement.of(
                        "SELECT EXISTS (SELECT FROM " + table.sqlName() + ") AS filled",
                        "look into " + table.displayName()))
                .toList();
        if (queries.isEmpty()) {
            return Mono.just(Set.of());
        }
        return session.run(queries).map(results -> {
            Set<String> filled = new HashSet<>();
            for (int i = 0; i < results.size(); i++) {
                if (only(results.get(i)).getBoolean("filled")) {
                    filled.add(foreign.get(i).displayName());
                }
            }
            return filled;
        });
    }

    private static Row only(RowSet<Row> rows) {
        return rows.iterator().next();
    }

    private static List<Statement> transaction(List<Statement> ddl, Claim claim, Position snapshot) {
        List<Statement> all = new ArrayList<>();
        all.add(Statement.of("BEGIN", "begin a transaction"));
        all.addAll(ddl);
        all.add(Statement.of(
                "DELETE FROM sluice.copied WHERE pipeline = $1::text AND sink = $2::text",
                "clear sluice.copied",
                claim.pipeline(),
                claim.sink()));
        all.add(claim.setState(false, snapshot));
        all.add(Statement.of("COMMIT", "commit a transaction"));
        return all;
    }

    /** What was found, and what follows from it. */
    private final class Inspection {
        private final List<Relation> tables;
        private final Set<DataType> types;
        private final Map<String, TargetTable> existing;
        private final Set<String> copied;
        private final Map<String, List<String>> labels;
        private final List<Problem> problems = new ArrayList<>();

        Inspection(
                List<Relation> tables,
                Set<DataType> types,
                Map<String, TargetTable> existing,
                Set<String> copied,
                Map<String, List<String>> labels) {
            this.tables = tables;
            this.types = types;
            this.existing = existing;
            this.copied = copied;
            this.labels = labels;
        }

        List<TargetTable> foreign() {
            return existing.values().stream()
                    .filter(table -> table.isTable()
                            && !copied.contains(table.displayName())
                            && !table.missingPrivileges().contains("SELECT"))
                    .toList();
        }

        /** The statements that make the target ready. Fails with everything that stands in the way. */
        List<Statement> plan(Set<String> filled) {
            List<Relation> missing = new ArrayList<>();
            for (Relation table : tables) {
                TargetTable target = existing.get(table.displayName());
                if (target == null) {
                    missing.add(table);
                } else {
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
            TableDefinition.schemas(missing, missingTypes)
                    .forEach(schema -> ddl.add(
                            Statement.of(createSchemaIfMissing(schema), "create schema " + schema + " in the target")));
            missingTypes.forEach(type -> ddl.add(Statement.of(
                    TableDefinition.createType(type), "create type " + type.schema() + "." + type.name())));
            missing.forEach(table ->
                    ddl.add(Statement.of(TableDefinition.createTable(table), "create table " + table.displayName())));
            emptyCopied(ddl);
            return ddl;
        }

        /** CREATE SCHEMA IF NOT EXISTS asks for the right to create schemas even where there is nothing to create. */
        private String createSchemaIfMissing(String schema) {
            String create = "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(schema);
            return "DO "
                    + Identifiers.literal("BEGIN IF to_regnamespace(" + Identifiers.literal(Identifiers.quote(schema))
                            + ") IS NULL THEN " + create + "; END IF; END");
        }

        private void emptyCopied(List<Statement> ddl) {
            String ours = tables.stream()
                    .filter(table -> copied.contains(table.displayName()) && existing.containsKey(table.displayName()))
                    .map(table -> Identifiers.qualified(table.schema(), table.name()))
                    .collect(Collectors.joining(", "));
            if (!ours.isEmpty()) {
                ddl.add(Statement.of("TRUNCATE " + ours, "empty what an unfinished copy had filled"));
            }
        }

        private List<DataType> checkTypes() {
            List<DataType> missing = new ArrayList<>();
            for (DataType type : types) {
                List<String> present = labels.get(type.schema() + "." + type.name());
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
}
