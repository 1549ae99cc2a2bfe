package dev.sluice.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
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
        int before = buffer.size();
        if (batch != batchInHand) {
            batchInHand = batch;
            nowMillis = clock.millis();
        }
        try {
            event(batch, change);
            json.flush();
        } catch (IOException e) {
            abandon(before);
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        } catch (RuntimeException e) {
            abandon(before);
            throw e;
        }
    }

    /** What the generator holds of an unfinished document goes with it. */
    private void abandon(int before) {
        json = generator();
        buffer.truncate(before);
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
        source(batch, change, relation);
        json.writeRaw(Fragments.operation(batch.operation(change)));
        json.writeNumber(nowMillis);
        json.writeRaw(Fragments.END);
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

    private void source(ChangeBatch batch, int change, RelationFields relation) throws IOException {
        Transaction transaction = batch.transaction(change);
        Position position = batch.position(change);
        json.writeRaw(relation.source(transaction == null));
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
