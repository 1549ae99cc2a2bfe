package dev.sluice.source.postgres.pgoutput;

import java.util.concurrent.TimeUnit;

/** Numbers in network byte order, and PostgreSQL's clock. */
public final class Wire {
    /** PostgreSQL counts from 2000-01-01 UTC, everybody else from 1970. */
    private static final long EPOCH_MICROS = TimeUnit.SECONDS.toMicros(946_684_800L);

    private Wire() {}

    public static int int32(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | bytes[at + 3] & 0xFF;
    }

    public static long int64(byte[] bytes, int at) {
        return (long) int32(bytes, at) << 32 | int32(bytes, at + 4) & 0xFFFF_FFFFL;
    }

    public static void putInt64(byte[] bytes, int at, long value) {
        for (int i = 0; i < 8; i++) {
            bytes[at + i] = (byte) (value >>> 56 - 8 * i);
        }
    }

    public static long toUnixMicros(long postgresMicros) {
        return postgresMicros + EPOCH_MICROS;
    }

    public static long toPostgresMicros(long unixMicros) {
        return unixMicros - EPOCH_MICROS;
    }
}
