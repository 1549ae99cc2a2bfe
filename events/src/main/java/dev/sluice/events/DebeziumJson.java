package dev.sluice.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TableShape;
import dev.sluice.engine.change.Transaction;
import dev.sluice.engine.change.TupleCursor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes as JSON documents in the shape of Debezium's envelope without its schema block: {@code before},
 * {@code after}, {@code source}, {@code op}, {@code ts_ms}. {@code docs/events.md} says what becomes what.
 *
 * <p>For one thread. Values go from the server's bytes into the buffer without becoming Strings.
 */
public final class DebeziumJson {
    /** What stands for a value that the server did not send; the word is Debezium's. */
    public static final String UNAVAILABLE = "__debezium_unavailable_value";

    /** Of the shape of these events, not of Sluice. */
    static final String VERSION = "1";

    private static final int RELATIONS_KEPT = 10_000;

    private final String pipeline;
    private final String database;
    private final Clock clock;
    private final JsonFactory factory = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build()
            .setRootValueSeparator(null);
    private final Map<Relation, RelationFields> fields = new IdentityHashMap<>();
    private final TupleCursor cursor = new TupleCursor();
    private final PositionText positionText = new PositionText();
    private final EventBuffer buffer;
    private JsonGenerator json;
    private @Nullable ChangeBatch batchInHand;
    private long nowMillis;

    /**
     * @param pipeline its name, {@code source.name} in the events
     * @param database the source's, {@code source.db}
     * @param buffer where events are appended
     */
    public DebeziumJson(String pipeline, String database, Clock clock, EventBuffer buffer) {
        this.pipeline = pipeline;
        this.database = database;
        this.clock = clock;
        this.buffer = buffer;
        this.json = generator();
    }

    /**
     * Appends the event of one change to the buffer, without a newline.
     *
     * @throws SyncException ROW_REFUSED, naming table and column, when a value is not one of its type; the buffer is then
     *     as it was before
     */
    public void write(ChangeBatch batch, int change) {
        if (batch != batchInHand) {
            batchInHand = batch;
            nowMillis = clock.millis();
        }
        int before = buffer.size();
        try {
            event(batch, change);
            json.flush();
        } catch (IOException | RuntimeException e) {
            throw abandoned(before, e);
        }
    }

    /** Appends the event that a table has another shape to the buffer, without a newline. */
    public void write(ShapeChange change) {
        batchInHand = null;
        nowMillis = clock.millis();
        int before = buffer.size();
        try {
            event(change);
            json.flush();
        } catch (IOException | RuntimeException e) {
            throw abandoned(before, e);
        }
    }

    /** What the generator holds of an unfinished document goes with it. */
    private RuntimeException abandoned(int before, Exception error) {
        json = generator();
        buffer.truncate(before);
        return error instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException("a buffer in memory cannot fail", error);
    }

    private JsonGenerator generator() {
        try {
            return factory.createGenerator(buffer);
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    /** Everything is a root value to the generator, which separates those by nothing; the fragments are the structure. */
    private void event(ChangeBatch batch, int change) throws IOException {
        RelationFields relation = fieldsOf(batch.relation(change));
        json.writeRaw(Fragments.BEFORE);
        boolean keyOnly = batch.oldTuple(change) == OldTuple.KEY;
        row(cursor.toOld(batch, change), relation, keyOnly, batch, change);
        json.writeRaw(Fragments.AFTER);
        row(cursor.toRow(batch, change), relation, false, batch, change);
        Transaction transaction = batch.transaction(change);
        source(relation.source(transaction == null), transaction, batch.position(change));
        json.writeRaw(Fragments.operation(batch.operation(change)));
        json.writeNumber(nowMillis);
        json.writeRaw(Fragments.END);
    }

    private void event(ShapeChange change) throws IOException {
        TableShape after = change.after();
        json.writeRaw(Fragments.SCHEMA_CHANGE);
        json.writeStartObject();
        shape("before", change.before());
        shape("after", after);
        json.writeEndObject();
        source(
                Fragments.source(pipeline, database, after.schema(), after.table(), change.transaction() == null),
                change.transaction(),
                change.position());
        json.writeRaw(Fragments.SCHEMA_CHANGED);
        json.writeNumber(nowMillis);
        json.writeRaw(Fragments.END);
    }

    private void shape(String field, TableShape shape) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("schema", shape.schema());
        json.writeStringField("table", shape.table());
        json.writeArrayFieldStart("columns");
        for (TableShape.ShapeColumn column : shape.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type());
            json.writeBooleanField("key", column.key());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private RelationFields fieldsOf(Relation relation) {
        RelationFields known = fields.get(relation);
        if (known == null) {
            if (fields.size() >= RELATIONS_KEPT) {
                fields.clear();
            }
            known = new RelationFields(pipeline, database, relation);
            fields.put(relation, known);
        }
        return known;
    }

    private void row(boolean present, RelationFields relation, boolean keyOnly, ChangeBatch batch, int change)
            throws IOException {
        if (!present) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        while (cursor.next()) {
            if (keyOnly && !cursor.column().key()) {
                continue; // the server did not log it, whatever stands in the tuple
            }
            int column = cursor.columnNumber();
            json.writeFieldName(relation.name(column));
            try {
                value(relation.writer(column));
            } catch (MalformedValueException e) {
                throw refused(e, batch, change);
            }
        }
        json.writeEndObject();
    }

    private void value(ValueWriter writer) throws IOException {
        switch (cursor.kind()) {
            case NULL -> json.writeNull();
            case ABSENT -> json.writeString(Fragments.UNAVAILABLE);
            case TEXT -> writer.write(cursor.bytes(), cursor.offset(), cursor.length(), json);
            case BINARY -> throw new MalformedValueException("expected the text form, not the binary one");
        }
    }

    private SyncException refused(MalformedValueException cause, ChangeBatch batch, int change) {
        String what = "column " + cursor.column().name() + " of "
                + batch.relation(change).displayName() + " at " + batch.position(change) + ": a value of "
                + cursor.length() + " bytes is not of type " + cursor.column().typeText() + ", "
                + cause.getMessage();
        return new SyncException(ErrorKind.ROW_REFUSED, what, cause);
    }

    private void source(SerializableString fields, @Nullable Transaction transaction, Position position)
            throws IOException {
        json.writeRaw(fields);
        json.writeNumber(transaction == null ? nowMillis : Math.floorDiv(transaction.commitMicros(), 1000L));
        json.writeRaw(Fragments.TX_ID);
        if (transaction == null) {
            json.writeNull();
        } else {
            json.writeNumber(transaction.xid());
        }
        json.writeRaw(Fragments.LSN);
        json.writeNumber(position.lsn());
        json.writeRaw(Fragments.POSITION);
        positionText.write(position, json);
    }
}
