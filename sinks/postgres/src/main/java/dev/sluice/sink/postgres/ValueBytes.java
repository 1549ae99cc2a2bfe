package dev.sluice.sink.postgres;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values one after the other in one array, each with its length before it, so that two rows have the same bytes only if
 * they have the same values. Reused from row to row; for one thread.
 */
final class ValueBytes {
    private static final int NULL = -1;

    private byte[] bytes;
    private int length;

    ValueBytes() {
        this(64);
    }

    /** @param expectedBytes grows when there are more */
    ValueBytes(int expectedBytes) {
        bytes = new byte[expectedBytes];
    }

    void clear() {
        length = 0;
    }

    /** @param source null for NULL */
    void append(byte @Nullable [] source, int offset, int count) {
        int needed = Math.addExact(length, 4 + count);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
        int prefix = source == null ? NULL : count;
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (prefix >>> shift);
        }
        if (source != null) {
            System.arraycopy(source, offset, bytes, length, count);
            length += count;
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    boolean sameAs(ValueBytes other) {
        return Arrays.equals(bytes, 0, length, other.bytes, 0, other.length);
    }
}
