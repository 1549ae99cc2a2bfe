package dev.sluice.source.postgres.pgoutput;

import java.util.ArrayList;
import java.util.List;

/**
 * Tables were emptied by one statement.
 *
 * @param cascade whether it was said to cascade
 * @param restartIdentity whether sequences began anew
 * @param relations OIDs
 */
public record Truncate(boolean cascade, boolean restartIdentity, List<Long> relations) {
    public static final byte CODE = 'T';

    public Truncate {
        relations = List.copyOf(relations);
    }

    public static Truncate decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Truncate", bytes, offset, length);
        int count = reader.readInt32("relation count");
        byte options = reader.readByte("options");
        reader.requireRoomFor(count, 4, "relation count");
        List<Long> relations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            relations.add(reader.readUnsigned32("relation OID"));
        }
        reader.requireEnd();
        return new Truncate((options & 1) != 0, (options & 2) != 0, relations);
    }
}
