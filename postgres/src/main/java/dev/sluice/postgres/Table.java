package dev.sluice.postgres;

import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import java.util.List;

/**
 * A table as the catalog has it now.
 *
 * @param relation its columns without dropped and generated ones, indexed as pgoutput sends them; those of the replica
 *     identity (with FULL or without any: of the primary key) are key columns
 * @param kind ordinary or partitioned
 * @param logged false for unlogged and temporary tables, whose changes are in no WAL
 * @param hasReplicaIdentity whether UPDATE and DELETE may run on it once it is published
 * @param hasPrimaryKey whatever its replica identity
 * @param hasGeneratedColumns whether it has columns that the relation leaves out
 * @param owner the role
 * @param owned whether we are the owner, or a member of it
 * @param readable whether we may SELECT from all of it
 * @param rowSecurity whether a policy would hide rows of it from us
 * @param ancestors OIDs of the partitioned tables that this is a partition of
 * @param estimatedRows from the planner's statistics, of all partitions; -1 when there are none
 */
public record Table(
        Relation relation,
        Kind kind,
        boolean logged,
        boolean hasReplicaIdentity,
        boolean hasPrimaryKey,
        boolean hasGeneratedColumns,
        String owner,
        boolean owned,
        boolean readable,
        boolean rowSecurity,
        List<Long> ancestors,
        long estimatedRows) {
    public enum Kind {
        ORDINARY,
        PARTITIONED
    }

    public long oid() {
        return relation.oid();
    }

    public String schema() {
        return relation.schema();
    }

    public String name() {
        return relation.name();
    }

    /** As it stands in SQL, quoted. */
    public String sqlName() {
        return Identifiers.qualified(schema(), name());
    }

    /** For people, unquoted. */
    public String displayName() {
        return relation.displayName();
    }

    public boolean isPartitioned() {
        return kind == Kind.PARTITIONED;
    }

    public ReplicaIdentity identity() {
        return relation.identity();
    }
}
