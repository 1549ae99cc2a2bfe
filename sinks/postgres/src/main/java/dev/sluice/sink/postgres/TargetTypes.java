package dev.sluice.sink.postgres;

import dev.sluice.engine.change.DataType;
import dev.sluice.postgres.SqlStates;
import io.vertx.sqlclient.Row;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Which types the target has, and how those are made that it lacks. */
final class TargetTypes {
    private static final String TYPES = """
            SELECT n.nspname AS schema_name, t.typname AS type_name,
              ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
            FROM unnest($1::text[], $2::text[]) AS w(schema_name, type_name)
            JOIN pg_namespace n ON n.nspname = w.schema_name
            JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = w.type_name
            """;

    private final TargetSession session;

    TargetTypes(TargetSession session) {
        this.session = session;
    }

    /** Unique violation in the catalog, and the words for it once the other has committed: type, schema. */
    private static final Set<String> MADE_MEANWHILE = Set.of("23505", SqlStates.DUPLICATE_OBJECT, "42P06");

    /** What makes types that are missing; each after those that it is made of. */
    record Creation(List<Statement> schemas, List<Statement> types) {
        static final Creation NONE = new Creation(List.of(), List.of());

        List<Statement> all() {
            return Stream.concat(schemas.stream(), types.stream()).toList();
        }

        /** Whether it failed since somebody else, such as another pipeline, has just made one of them. */
        boolean wasMadeMeanwhile(StatementFailure failure) {
            return all().contains(failure.statement())
                    && MADE_MEANWHILE.contains(String.valueOf(TargetErrors.sqlState(failure)));
        }
    }

    static String key(DataType type) {
        return type.schema() + "." + type.name();
    }

    /** Of those that are there, by {@link #key}; without labels for what is no enumeration. */
    Mono<Map<String, List<String>>> labels(Collection<DataType> types) {
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

    /** What makes those that are not there and that can be made, with their schemas; in the order in which they are given. */
    Mono<Creation> creation(Collection<DataType> types) {
        if (types.isEmpty()) {
            return Mono.just(Creation.NONE);
        }
        return labels(types)
                .map(present -> create(types.stream()
                        .filter(type -> !present.containsKey(key(type)) && TableDefinition.canCreate(type))
                        .toList()));
    }

    private static Creation create(List<DataType> missing) {
        return new Creation(
                createSchemas(TableDefinition.schemas(List.of(), missing)),
                missing.stream().map(TargetTypes::create).toList());
    }

    static Statement create(DataType type) {
        return Statement.of(TableDefinition.createType(type), "create type " + key(type));
    }

    static List<Statement> createSchemas(List<String> schemas) {
        return schemas.stream()
                .map(schema -> Statement.of(
                        TableDefinition.createSchemaIfMissing(schema), "create schema " + schema + " in the target"))
                .toList();
    }
}
