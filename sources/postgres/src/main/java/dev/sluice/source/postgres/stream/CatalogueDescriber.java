package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Earlier;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.postgres.TypeCatalogue;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RelationMessage.ColumnDescription;
import dev.sluice.source.postgres.pgoutput.TypeMessage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/**
 * Looks into the catalog over a connection of its own, opened when it is needed. The catalog shows the present, the message
 * the time when its rows were written: where the two differ the message is right, and a table or a type that was dropped
 * since is described by the message alone. For one thread, other than {@link #abort}; blocking.
 *
 * <p>Tables are asked about one at a time, until that has happened so often that asking about all of them at once would
 * have been cheaper: see {@link KnownTables}. So one table is described at once, and ten thousand are too.
 */
public final class CatalogueDescriber implements RelationDescriber, AutoCloseable {
    private static final int LEAST_BEFORE_MANY = 8;

    /** To read many tables at once costs each of them about this part of what it costs to read one. */
    private static final int CHEAPER_AMONG_MANY = 16;

    private final Connections connections;
    private final TableSelection wanted;
    private KnownTables known = KnownTables.NONE;
    private int askedSinceKnown;
    private volatile @Nullable PgConnection connection;

    public CatalogueDescriber(Connections connections, TableSelection wanted) {
        this.connections = connections;
        this.wanted = wanted;
    }

    @Override
    public Relation describe(RelationMessage message, long xid, Map<Long, TypeMessage> announced) throws SQLException {
        TableFacts facts = known.find(message, xid);
        if (facts == null && askedSinceKnown >= Math.max(LEAST_BEFORE_MANY, known.unused() / CHEAPER_AMONG_MANY)) {
            facts = readMany(message).find(message, xid);
        }
        return describe(message, facts == null ? readOne(message.oid()) : facts, announced);
    }

    private KnownTables readMany(RelationMessage message) throws SQLException {
        known = KnownTables.NONE; // not both at once in memory
        known = KnownTables.read(connection(), wanted, message.oid());
        askedSinceKnown = 0;
        return known;
    }

    private TableFacts readOne(long oid) throws SQLException {
        askedSinceKnown++;
        TableCatalogue catalogue = new TableCatalogue(connection());
        return TableFacts.of(catalogue.columns(oid), catalogue.types());
    }

    private Relation describe(RelationMessage message, TableFacts facts, Map<Long, TypeMessage> announced)
            throws SQLException {
        Set<String> generated = generated(message, facts);
        List<Column> columns = new ArrayList<>();
        int index = 0;
        for (ColumnDescription described : message.columns()) {
            if (!generated.contains(described.name())) {
                columns.add(column(message, described, facts, announced, index));
            }
            index++;
        }
        List<Column> certain = areNumbersInOrder(columns) ? columns : withoutNumbers(columns);
        return new Relation(
                message.oid(),
                message.schema(),
                message.name(),
                message.identity(),
                certain,
                Math.max(Relation.highestOf(certain), facts.highestGenerated()),
                lacksColumns(message, facts));
    }

    /** Whether the table has columns that the message does not name: it was altered since, or is published in part. */
    private static boolean lacksColumns(RelationMessage message, TableFacts facts) {
        Set<String> named =
                message.columns().stream().map(ColumnDescription::name).collect(Collectors.toSet());
        return facts.columns().stream().anyMatch(column -> !named.contains(column.name()));
    }

    /** The server sends columns in the order of their numbers: otherwise some have got the names of others since. */
    private static boolean areNumbersInOrder(List<Column> columns) {
        int last = 0;
        for (Column column : columns) {
            if (column.number() != 0 && column.number() <= last) {
                return false;
            }
            last = Math.max(last, column.number());
        }
        return true;
    }

    private static List<Column> withoutNumbers(List<Column> columns) {
        return columns.stream()
                .map(column -> new Column(
                        column.name(),
                        column.type(),
                        column.modifier(),
                        column.typeText(),
                        column.key(),
                        column.notNull(),
                        column.index(),
                        0,
                        Earlier.UNKNOWN,
                        null))
                .toList();
    }

    /** PostgreSQL 18 can publish them; they are not ours to write anywhere. */
    private Set<String> generated(RelationMessage message, TableFacts facts) throws SQLException {
        int index = 0;
        for (ColumnDescription described : message.columns()) {
            if (facts.column(described.name(), index++) == null) {
                return new TableCatalogue(connection()).generatedColumns(message.oid());
            }
        }
        return Set.of();
    }

    private static Column column(
            RelationMessage relation,
            ColumnDescription described,
            TableFacts facts,
            Map<Long, TypeMessage> announced,
            int index)
            throws SQLException {
        Column present = facts.column(described.name(), index);
        boolean keyFromCatalog =
                relation.identity() == ReplicaIdentity.FULL || relation.identity() == ReplicaIdentity.NOTHING;
        boolean key = keyFromCatalog ? present != null && present.key() : described.key();
        boolean notNull = present != null && present.notNull();
        if (present != null && present.type().oid() == described.type() && present.modifier() == described.modifier()) {
            return new Column(
                    described.name(),
                    present.type(),
                    present.modifier(),
                    present.typeText(),
                    key,
                    notNull,
                    index,
                    present.number(),
                    present.earlier(),
                    present.defaultText());
        }
        DataType type = typeThen(described, facts.types(), announced);
        return new Column(
                described.name(),
                type,
                described.modifier(),
                typeText(type, described, facts.types()),
                key,
                notNull,
                index,
                present == null ? 0 : present.number(),
                Earlier.UNKNOWN,
                present == null ? null : present.defaultText());
    }

    /** The column has another type now, or is gone. */
    private static DataType typeThen(ColumnDescription described, TypeCatalogue types, Map<Long, TypeMessage> announced)
            throws SQLException {
        types.load(List.of(described.type()));
        DataType type = types.find(described.type());
        if (type != null) {
            return type;
        }
        TypeMessage named = announced.get(described.type());
        return named == null
                ? types.get(described.type())
                : new DataType.Base(named.oid(), named.schema(), named.name());
    }

    private static String typeText(DataType type, ColumnDescription described, TypeCatalogue types)
            throws SQLException {
        return types.find(described.type()) == null
                ? type.schema() + "." + type.name()
                : types.format(described.type(), described.modifier());
    }

    /** The connection, opened if it is not. */
    public PgConnection connection() throws SQLException {
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
    public void abort() {
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
        known = KnownTables.NONE;
        if (open != null) {
            open.close();
        }
    }
}
