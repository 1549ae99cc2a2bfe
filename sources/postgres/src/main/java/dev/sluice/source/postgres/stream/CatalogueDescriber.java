package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.postgres.TypeCatalogue;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RelationMessage.ColumnDescription;
import dev.sluice.source.postgres.pgoutput.TypeMessage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/**
 * Looks into the catalog over a connection of its own, opened when it is needed. The catalog shows the present, the message
 * the time when its rows were written: where the two differ the message is right, and a table or a type that was dropped
 * since is described by the message alone. For one thread, other than {@link #abort}; blocking.
 */
final class CatalogueDescriber implements RelationDescriber, AutoCloseable {
    private final Connections connections;
    private volatile @Nullable PgConnection connection;

    CatalogueDescriber(Connections connections) {
        this.connections = connections;
    }

    @Override
    public Relation describe(RelationMessage message, Map<Long, TypeMessage> announced) throws SQLException {
        TableCatalogue catalogue = new TableCatalogue(connection());
        Map<String, Column> present = new HashMap<>();
        catalogue.columns(message.oid()).forEach(column -> present.put(column.name(), column));
        TypeCatalogue types = catalogue.types();
        types.load(message.columns().stream().map(ColumnDescription::type).toList());
        Set<String> generated = generated(message, present, catalogue);
        List<Column> columns = new ArrayList<>();
        int index = 0;
        for (ColumnDescription described : message.columns()) {
            if (!generated.contains(described.name())) {
                columns.add(column(message, described, present.get(described.name()), types, announced, index));
            }
            index++;
        }
        return new Relation(message.oid(), message.schema(), message.name(), message.identity(), columns);
    }

    /** PostgreSQL 18 can publish them; they are not ours to write anywhere. */
    private static Set<String> generated(RelationMessage message, Map<String, Column> present, TableCatalogue catalogue)
            throws SQLException {
        Set<String> names = new HashSet<>();
        message.columns().forEach(column -> names.add(column.name()));
        return present.keySet().containsAll(names) ? Set.of() : catalogue.generatedColumns(message.oid());
    }

    private static Column column(
            RelationMessage relation,
            ColumnDescription described,
            @Nullable Column present,
            TypeCatalogue types,
            Map<Long, TypeMessage> announced,
            int index)
            throws SQLException {
        boolean keyFromCatalog =
                relation.identity() == ReplicaIdentity.FULL || relation.identity() == ReplicaIdentity.NOTHING;
        boolean key = keyFromCatalog ? present != null && present.key() : described.key();
        boolean notNull = present != null && present.notNull();
        DataType type = types.find(described.type());
        String text;
        if (type != null) {
            text = types.format(described.type(), described.modifier());
        } else {
            TypeMessage named = announced.get(described.type());
            type = named == null
                    ? types.get(described.type())
                    : new DataType.Base(named.oid(), named.schema(), named.name());
            text = type.schema() + "." + type.name();
        }
        return new Column(described.name(), type, described.modifier(), text, key, notNull, index);
    }

    /** The connection, opened if it is not. */
    PgConnection connection() throws SQLException {
        PgConnection open = connection;
        if (open == null || open.isClosed()) {
            open = connections.openForQueries();
            connection = open;
        }
        return open;
    }

    boolean isOpen() {
        return connection != null;
    }

    /** Closes the socket under whoever waits for an answer. Any thread. */
    void abort() {
        PgConnection open = connection;
        try {
            if (open != null) {
                open.abort(Runnable::run);
            }
        } catch (SQLException refused) {
            throw new IllegalStateException("pgjdbc aborts on the calling thread without asking", refused);
        }
    }

    /** Frees the connection; it is opened again when needed. */
    @Override
    public void close() throws SQLException {
        PgConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
