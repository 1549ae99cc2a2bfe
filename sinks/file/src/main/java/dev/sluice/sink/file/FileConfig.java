package dev.sluice.sink.file;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.DataSize;
import dev.sluice.engine.config.Default;
import java.nio.file.Path;

/**
 * Keys of {@code type: file}.
 *
 * @param path of the file that is written; its directory is made if need be
 * @param rotate from which size on the file is put aside and a new one begun
 * @param keep how many files put aside are kept
 * @param schemaEvents whether there are events for tables that have another shape
 */
public record FileConfig(
        Path path,
        @Default("100MB") DataSize rotate,
        @Default("10") int keep,
        @Default("false") boolean schemaEvents) {
    public FileConfig {
        if (rotate.bytes() == 0) {
            throw new SyncException(ErrorKind.CONFIGURATION, "rotate: a file of 0 bytes holds nothing");
        }
        if (keep < 0) {
            throw new SyncException(ErrorKind.CONFIGURATION, "keep: cannot keep " + keep + " files");
        }
    }
}
