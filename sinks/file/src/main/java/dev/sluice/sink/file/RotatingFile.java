package dev.sluice.sink.file;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that only grows by whole lines. When it has reached its size it is renamed to {@code name.1}, {@code name.2} and
 * so on, the highest number being the newest, and a new one is begun; the oldest are deleted. Durable means that the
 * operating system has forced it to disk. While it is open it is locked against other writers.
 */
final class RotatingFile implements LineTarget {
    private final Path path;
    private final long rotateBytes;
    private final PutAside putAside;
    private @Nullable FileChannel channel;
    private long size;

    RotatingFile(FileConfig config) {
        this.path = config.path().toAbsolutePath();
        this.rotateBytes = config.rotate().bytes();
        this.putAside = new PutAside(path, config.keep());
    }

    @Override
    public void open() throws IOException {
        close();
        Path directory = path.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        begin();
    }

    private void begin() throws IOException {
        boolean fresh = !Files.exists(path);
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            lock(opened);
            size = LastLine.endOfWholeLines(opened, path);
            opened.truncate(size).position(size).force(true);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        channel = opened;
        if (fresh) {
            syncDirectory();
        }
    }

    private void lock(FileChannel opened) throws IOException {
        FileLock lock;
        try {
            lock = opened.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null; // another sink of this very process has it
        }
        if (lock == null) {
            throw new SyncException(ErrorKind.FENCED, path + " is being written by another sink");
        }
    }

    @Override
    public void append(byte[] bytes, int length) throws IOException {
        if (size >= rotateBytes) {
            rotate();
        }
        FileChannel open = opened();
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        while (buffer.hasRemaining()) {
            size += open.write(buffer);
        }
    }

    @Override
    public void sync() throws IOException {
        opened().force(false);
    }

    /** What is put aside is forced to disk first: nothing would do it later. */
    private void rotate() throws IOException {
        sync();
        close();
        Files.move(path, putAside.next(), StandardCopyOption.ATOMIC_MOVE);
        begin();
        putAside.deleteOldest();
    }

    /** A name is durable when its directory is. */
    private void syncDirectory() throws IOException {
        Path directory = path.getParent();
        if (directory != null) {
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    private FileChannel opened() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            throw new IOException(path + " is not open");
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            channel = null;
            open.close();
        }
    }

    /** Those put aside, oldest first. */
    List<Path> putAside() throws IOException {
        return putAside.list();
    }
}
