package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.Relation;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.TypeMessage;
import java.sql.SQLException;
import java.util.Map;

/** Adds to a Relation message what it does not say: types, NOT NULL, the primary key under replica identity FULL. */
public interface RelationDescriber {
    /**
     * @param xid of the transaction in which the message came
     * @param announced types by OID, from Type messages, in case the catalog no longer has them
     */
    Relation describe(RelationMessage message, long xid, Map<Long, TypeMessage> announced) throws SQLException;
}
