package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.SourceIdentity;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The checksum that each row of the state carries over its other columns. */
final class RowChecksum {
    private RowChecksum() {}

    static long of(String... parts) {
        CRC32C checksum = new CRC32C();
        for (String part : parts) {
            checksum.update(part.getBytes(StandardCharsets.UTF_8));
            checksum.update(0);
        }
        return checksum.getValue();
    }

    /** A source as one of the parts. */
    static String identityText(SourceIdentity source) {
        return source.systemIdentifier() + "\n" + source.timeline() + "\n" + source.database() + "\n" + source.slot();
    }
}
