package dev.sluice.events;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** Bytes of events, reused from batch to batch. For one thread. */
public final class EventBuffer extends OutputStream {
    private static final int INITIAL_BYTES = 1 << 16;
    private static final int KEPT_BYTES = 1 << 22;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;

    /** The first {@link #size} of them count; valid until the next write. */
    public byte[] bytes() {
        return bytes;
    }

    public int size() {
        return size;
    }

    /** Starts over. What one huge row made it grow to is given back. */
    public void clear() {
        size = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[INITIAL_BYTES];
        }
    }

    /** Forgets everything after the first {@code length} bytes. */
    public void truncate(int length) {
        size = Objects.checkIndex(length, size + 1);
    }

    /** A copy of what lies between two offsets. */
    public byte[] copy(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return Arrays.copyOfRange(bytes, from, to);
    }

    @Override
    public void write(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void ensure(int more) {
        int needed = Math.addExact(size, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
    }
}
