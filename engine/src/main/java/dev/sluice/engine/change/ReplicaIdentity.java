package dev.sluice.engine.change;

/** Which old values the server writes for UPDATE and DELETE; PostgreSQL's {@code pg_class.relreplident}. */
public enum ReplicaIdentity {
    /** The primary key, if there is one. */
    DEFAULT('d'),
    NOTHING('n'),
    /** The whole old row. */
    FULL('f'),
    /** The columns of one unique index. */
    INDEX('i');

    private final char code;

    ReplicaIdentity(char code) {
        this.code = code;
    }

    /** The letter in the catalog and in pgoutput's Relation message. */
    public char code() {
        return code;
    }

    /** @throws IllegalArgumentException for a letter that PostgreSQL does not use */
    public static ReplicaIdentity of(char code) {
        for (ReplicaIdentity identity : values()) {
            if (identity.code == code) {
                return identity;
            }
        }
        throw new IllegalArgumentException("unknown replica identity '" + code + "'");
    }
}
