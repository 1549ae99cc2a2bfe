package dev.sluice.engine.change;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of an array at a time, the first of them the lowest of a {@code long}: for where every byte of a row has to be
 * looked at and nearly none is special. Tests on all eight at once by borrows: a byte less n gets its high bit from a borrow
 * if it was smaller.
 */
public final class EightBytes {
    public static final int COUNT = Long.BYTES;

    /** Each byte 1; times a byte's value, each byte that. */
    public static final long ONES = 0x0101010101010101L;

    public static final long HIGH_BITS = 0x8080808080808080L;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private EightBytes() {}

    public static long get(byte[] bytes, int at) {
        return (long) WORD.get(bytes, at);
    }

    public static void set(byte[] bytes, int at, long eight) {
        WORD.set(bytes, at, eight);
    }

    /** High bits are set in bytes that are zero; above the lowest of these, also in some that are not. Zero if none is. */
    public static long zeros(long eight) {
        return below(eight, ONES);
    }

    /**
     * High bits are set in bytes that are less, without sign; above the lowest of these, also in some that are not. Zero if
     * none is.
     *
     * @param limits in each byte, 128 at most
     */
    public static long below(long eight, long limits) {
        return eight - limits & ~eight & HIGH_BITS;
    }

    /** Which of the eight the lowest bit stands in, from 0. */
    public static int first(long highBits) {
        return Long.numberOfTrailingZeros(highBits) / Byte.SIZE;
    }
}
