package dev.sluice.sink.file;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Finds where the last whole line of a file ends. What a crash left after it is cut off: it was never reported as durable
 * and comes again. Nothing is cut off that is not the beginning of an event of ours.
 */
final class LastLine {
    private static final byte[] BEGINNING = "{\"before\":".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK_BYTES = 1 << 16;

    private LastLine() {}

    /** @throws SyncException SINK_MISFIT when the file holds something else than events */
    static long endOfWholeLines(FileChannel file, Path path) throws IOException {
        long end = afterLastNewline(file);
        requireEvent(file, 0, path);
        requireEvent(file, end, path);
        return end;
    }

    private static long afterLastNewline(FileChannel file) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        for (long blockEnd = file.size(); blockEnd > 0; blockEnd -= Math.min(blockEnd, BLOCK_BYTES)) {
            int length = (int) Math.min(blockEnd, BLOCK_BYTES);
            readFully(file, block.clear().limit(length), blockEnd - length);
            for (int i = length - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    return blockEnd - length + i + 1;
                }
            }
        }
        return 0;
    }

    private static void requireEvent(FileChannel file, long offset, Path path) throws IOException {
        int length = (int) Math.min(BEGINNING.length, file.size() - offset);
        ByteBuffer found = ByteBuffer.allocate(length);
        readFully(file, found, offset);
        if (!found.flip().equals(ByteBuffer.wrap(BEGINNING, 0, length))) {
            throw new SyncException(
                    ErrorKind.SINK_MISFIT,
                    path + " holds something else than events at offset " + offset
                            + ": move it away or choose another path");
        }
    }

    private static void readFully(FileChannel file, ByteBuffer into, long offset) throws IOException {
        while (into.hasRemaining()) {
            int read = file.read(into, offset + into.position());
            if (read < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
    }
}
