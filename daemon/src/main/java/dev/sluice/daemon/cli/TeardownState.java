package dev.sluice.daemon.cli;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.checkpoint.SqliteCheckpointStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The state directory as a teardown finds it, which is where a damaged one is got rid of. One thread, blocking. */
final class TeardownState implements AutoCloseable {
    private final CheckpointStore store;
    private final List<Path> damaged;

    private TeardownState(CheckpointStore store, List<Path> damaged) {
        this.store = store;
        this.damaged = damaged;
    }

    /** Opens the store, which also makes sure that no daemon is at work with this state, unless it is damaged. */
    static TeardownState open(Path directory) throws IOException {
        try {
            return new TeardownState(SqliteCheckpointStore.open(directory), List.of());
        } catch (SyncException e) {
            if (e.kind() != ErrorKind.STATE_MISMATCH
                    || !String.valueOf(e.getMessage()).contains(" is damaged: ")) {
                throw e; // in use, or of a newer Sluice
            }
            return new TeardownState(new NoState(), files(directory));
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "checkpoints.db*")) {
            found.forEach(files::add);
        }
        files.sort(null);
        return files;
    }

    CheckpointStore store() {
        return store;
    }

    /**
     * Removes damaged files.
     *
     * @param really false to only tell
     * @return one line each
     */
    List<String> removeDamaged(boolean really) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : damaged) {
            if (really) {
                Files.deleteIfExists(file);
            }
            lines.add("the damaged state in " + file + ", of all pipelines");
        }
        return lines;
    }

    @Override
    public void close() {
        store.close();
    }
}
