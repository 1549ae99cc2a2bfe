package dev.sluice.sink.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/** Gathers the elements of one {@code text[]} from bytes, with no String made of them. For one thread. */
final class TextArray {
    private static final int HEADER_BYTES = 5 * Integer.BYTES;
    private static final int EXPECTED_BYTES = 12;

    private final ValueBytes elements;
    private int size;
    private boolean nulls;

    /** @param expectedSize grows when there are more */
    TextArray(int expectedSize) {
        elements = new ValueBytes(Math.max(16, expectedSize * EXPECTED_BYTES));
    }

    /** @param source in UTF-8; null for NULL */
    void add(byte @Nullable [] source, int offset, int count) {
        elements.append(source, offset, count);
        size++;
        nulls |= source == null;
    }

    /**
     * The binary form: number of dimensions, whether there are NULLs, type of the elements, their number, the first one's
     * index; then each element with its length before it, -1 for NULL. PostgreSQL's src/backend/utils/adt/arrayfuncs.c,
     * array_recv.
     */
    byte[] binary() {
        ByteBuffer binary = ByteBuffer.allocate(Math.addExact(HEADER_BYTES, elements.length()));
        binary.putInt(1).putInt(nulls ? 1 : 0).putInt(Oid.TEXT).putInt(size).putInt(1);
        return binary.put(elements.bytes(), 0, elements.length()).array();
    }

    /** The same for a driver that takes no bytes. */
    @Nullable String[] strings() {
        @Nullable String[] strings = new String[size];
        ByteBuffer from = ByteBuffer.wrap(elements.bytes(), 0, elements.length());
        for (int i = 0; i < size; i++) {
            int count = from.getInt();
            if (count >= 0) {
                strings[i] = new String(elements.bytes(), from.position(), count, StandardCharsets.UTF_8);
                from.position(from.position() + count);
            }
        }
        return strings;
    }
}
