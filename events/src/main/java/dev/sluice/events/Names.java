package dev.sluice.events;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.sluice.engine.change.Operation;

/** The envelope's words, encoded once. */
final class Names {
    static final SerializableString BEFORE = new SerializedString("before");
    static final SerializableString AFTER = new SerializedString("after");
    static final SerializableString SOURCE = new SerializedString("source");
    static final SerializableString OP = new SerializedString("op");
    static final SerializableString TS_MS = new SerializedString("ts_ms");
    static final SerializableString VERSION = new SerializedString("version");
    static final SerializableString CONNECTOR = new SerializedString("connector");
    static final SerializableString NAME = new SerializedString("name");
    static final SerializableString SNAPSHOT = new SerializedString("snapshot");
    static final SerializableString DB = new SerializedString("db");
    static final SerializableString SCHEMA = new SerializedString("schema");
    static final SerializableString TABLE = new SerializedString("table");
    static final SerializableString TX_ID = new SerializedString("txId");
    static final SerializableString LSN = new SerializedString("lsn");
    static final SerializableString POSITION = new SerializedString("position");
    static final SerializableString TRUE = new SerializedString("true");
    static final SerializableString FALSE = new SerializedString("false");
    static final SerializableString UNAVAILABLE = new SerializedString(DebeziumJson.UNAVAILABLE);

    private static final SerializableString READ = new SerializedString("r");
    private static final SerializableString CREATE = new SerializedString("c");
    private static final SerializableString UPDATE = new SerializedString("u");
    private static final SerializableString DELETE = new SerializedString("d");
    private static final SerializableString TRUNCATE = new SerializedString("t");

    private Names() {}

    static SerializableString op(Operation operation) {
        return switch (operation) {
            case READ -> READ;
            case INSERT -> CREATE;
            case UPDATE -> UPDATE;
            case DELETE -> DELETE;
            case TRUNCATE -> TRUNCATE;
        };
    }
}
