package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Relation;
import dev.sluice.postgres.Identifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** DDL that makes in the target what the source has, as far as the rows need it. */
final class TableDefinition {
    private TableDefinition() {}

    /** Columns with their types, NOT NULL and the primary key; neither defaults nor anything else. */
    static String createTable(Relation relation) {
        List<String> parts = new ArrayList<>();
        for (Column column : relation.columns()) {
            parts.add(
                    Identifiers.quote(column.name()) + " " + column.typeText() + (column.notNull() ? " NOT NULL" : ""));
        }
        List<Column> key = relation.keyColumns();
        if (!key.isEmpty()) {
            parts.add("PRIMARY KEY ("
                    + key.stream()
                            .map(column -> Identifiers.quote(column.name()))
                            .collect(Collectors.joining(", "))
                    + ")");
        }
        return "CREATE TABLE " + Identifiers.qualified(relation.schema(), relation.name()) + " ("
                + String.join(", ", parts) + ");";
    }

    /**
     * Adds a column, which gets what rows that are there already have in the source. It may be NULL: rows of the old shape
     * may still come.
     */
    static String addColumn(TargetTable table, Column column) {
        String value = column.earlier().text();
        return "ALTER TABLE " + table.sqlName() + " ADD COLUMN " + Identifiers.quote(column.name()) + " "
                + column.typeText() + (value == null ? "" : " DEFAULT " + Identifiers.literal(value)) + ";";
    }

    /** Gives a table the name, and the schema, that it has in the source now. */
    static List<String> renameTable(SourceShape before, Relation now) {
        List<String> statements = new ArrayList<>();
        String schema = before.schema();
        if (!schema.equals(now.schema())) {
            statements.add("ALTER TABLE " + Identifiers.qualified(schema, before.name()) + " SET SCHEMA "
                    + Identifiers.quote(now.schema()) + ";");
            schema = now.schema();
        }
        if (!before.name().equals(now.name())) {
            statements.add("ALTER TABLE " + Identifiers.qualified(schema, before.name()) + " RENAME TO "
                    + Identifiers.quote(now.name()) + ";");
        }
        return statements;
    }

    /** Converts what is there, by the types' cast, also where that may fail. */
    static String convert(TargetTable table, Column column) {
        return alterColumn(table, column.name()) + "TYPE " + column.typeText() + " USING "
                + Identifiers.quote(column.name()) + "::" + column.typeText() + ";";
    }

    static String changeType(TargetTable table, Column column) {
        return alterColumn(table, column.name()) + "TYPE " + column.typeText() + ";";
    }

    static String dropNotNull(TargetTable table, TargetColumn column) {
        return alterColumn(table, column.name()) + "DROP NOT NULL;";
    }

    static String alterColumn(TargetTable table, String column) {
        return "ALTER TABLE " + table.sqlName() + " ALTER COLUMN " + Identifiers.quote(column) + " ";
    }

    /** The types of all columns, and what those are made of: see {@link #collectTypes}. */
    static Set<DataType> types(Collection<Relation> tables) {
        Set<DataType> types = new LinkedHashSet<>();
        tables.forEach(table -> table.columns().forEach(column -> collectTypes(column.type(), types)));
        return types;
    }

    /**
     * Enumerations, domains and composites that a type is made of, itself last; and types that we cannot make, such as
     * those of extensions. Array types come with their elements.
     */
    static void collectTypes(DataType type, Collection<DataType> types) {
        if (type instanceof DataType.Array array) {
            collectTypes(array.element(), types);
            return;
        }
        if (type instanceof DataType.Domain domain) {
            collectTypes(domain.base(), types);
        } else if (type instanceof DataType.Composite composite) {
            composite.fields().forEach(field -> collectTypes(field.type(), types));
        }
        if (!type.isBuiltIn()) {
            types.add(type);
        }
    }

    static boolean canCreate(DataType type) {
        return type instanceof DataType.Enumeration
                || type instanceof DataType.Domain
                || type instanceof DataType.Composite;
    }

    static String createType(DataType type) {
        String name = Identifiers.qualified(type.schema(), type.name());
        if (type instanceof DataType.Enumeration enumeration) {
            return "CREATE TYPE " + name + " AS ENUM ("
                    + enumeration.labels().stream().map(Identifiers::literal).collect(Collectors.joining(", ")) + ");";
        }
        if (type instanceof DataType.Domain domain) {
            // A default would never be used, as rows come whole, and may call a function that is not in the target.
            return "CREATE DOMAIN " + name + " AS " + domain.baseText() + (domain.notNull() ? " NOT NULL" : "")
                    + domain.checks().stream().map(check -> " " + check).collect(Collectors.joining()) + ";";
        }
        if (type instanceof DataType.Composite composite) {
            return "CREATE TYPE " + name + " AS ("
                    + composite.fields().stream()
                            .map(field -> Identifiers.quote(field.name()) + " " + field.typeText())
                            .collect(Collectors.joining(", "))
                    + ");";
        }
        throw new IllegalArgumentException(type.name() + " is not a type that can be made");
    }

    /** CREATE SCHEMA IF NOT EXISTS asks for the right to create schemas even where there is nothing to create. */
    static String createSchemaIfMissing(String schema) {
        String create = "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(schema);
        return "DO "
                + Identifiers.literal("BEGIN IF to_regnamespace(" + Identifiers.literal(Identifiers.quote(schema))
                        + ") IS NULL THEN " + create + "; END IF; END");
    }

    /** The schemas of tables and types. */
    static List<String> schemas(Collection<Relation> tables, Collection<DataType> types) {
        Set<String> schemas = new TreeSet<>();
        tables.forEach(table -> schemas.add(table.schema()));
        types.stream().filter(TableDefinition::canCreate).forEach(type -> schemas.add(type.schema()));
        return List.copyOf(schemas);
    }
}
