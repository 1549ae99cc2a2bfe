package dev.sluice.events;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.sluice.engine.change.Operation;

/**
 * The parts of an event that do not change from row to row, encoded once. Between them come, in this order: the old row,
 * the new row, commit time, transaction id, LSN, position, time of the event.
 */
final class Fragments {
    static final SerializableString BEFORE = new SerializedString("{\"before\":");
    static final SerializableString AFTER = new SerializedString(",\"after\":");
    static final SerializableString TX_ID = new SerializedString(",\"txId\":");
    static final SerializableString LSN = new SerializedString(",\"lsn\":");
    static final SerializableString POSITION = new SerializedString(",\"position\":");
    static final SerializableString END = new SerializedString("}");
    static final SerializableString UNAVAILABLE = new SerializedString(DebeziumJson.UNAVAILABLE);

    static final SerializableString SCHEMA_CHANGE = new SerializedString("{\"schemaChange\":");
    static final SerializableString SCHEMA_CHANGED = operation("s");

    private static final SerializableString READ = operation("r");
    private static final SerializableString CREATE = operation("c");
    private static final SerializableString UPDATE = operation("u");
    private static final SerializableString DELETE = operation("d");
    private static final SerializableString TRUNCATE = operation("t");

    private Fragments() {}

    /** From the end of the new row to the commit time. */
    static SerializableString source(String pipeline, String database, String schema, String table, boolean snapshot) {
        return new SerializedString(",\"source\":{\"version\":\"" + DebeziumJson.VERSION
                + "\",\"connector\":\"postgresql\",\"name\":" + quoted(pipeline)
                + ",\"snapshot\":\"" + snapshot + "\",\"db\":" + quoted(database)
                + ",\"schema\":" + quoted(schema)
                + ",\"table\":" + quoted(table)
                + ",\"ts_ms\":");
    }

    /** From the end of the position to the time of the event. */
    static SerializableString operation(Operation operation) {
        return switch (operation) {
            case READ -> READ;
            case INSERT -> CREATE;
            case UPDATE -> UPDATE;
            case DELETE -> DELETE;
            case TRUNCATE -> TRUNCATE;
        };
    }

    private static SerializableString operation(String letter) {
        return new SerializedString("},\"op\":\"" + letter + "\",\"ts_ms\":");
    }

    private static String quoted(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
