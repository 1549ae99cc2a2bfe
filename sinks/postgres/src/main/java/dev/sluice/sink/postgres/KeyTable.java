package dev.sluice.sink.postgres;

import java.util.Arrays;

/**
 * Gives each key a number, counting from 0 in the order in which they are first put. Open addressing over the keys' own
 * bytes, which lie in one array: no object per key. For one thread.
 */
final class KeyTable {
    static final int NOT_FOUND = -1;

    private static final int EMPTY = 0;
    private static final int INITIAL_SLOTS = 64;

    private int[] slots = new int[INITIAL_SLOTS]; // number + 1, or EMPTY
    private int[] hashes = new int[INITIAL_SLOTS / 2];
    private int[] ends = new int[INITIAL_SLOTS / 2];
    private byte[] arena = new byte[1024];
    private int count;

    int size() {
        return count;
    }

    /** The key's number, or {@link #NOT_FOUND}. */
    int find(ValueBytes key) {
        return slots[slot(key, hash(key))] - 1;
    }

    /** The key's number; {@link #size} before the call if the key is new. */
    int put(ValueBytes key) {
        int hash = hash(key);
        int slot = slot(key, hash);
        if (slots[slot] != EMPTY) {
            return slots[slot] - 1;
        }
        if (count == hashes.length) {
            grow();
            slot = slot(key, hash);
        }
        int start = start(count);
        int end = Math.addExact(start, key.length());
        if (end > arena.length) {
            arena = Arrays.copyOf(arena, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, arena.length * 2L)));
        }
        System.arraycopy(key.bytes(), 0, arena, start, key.length());
        hashes[count] = hash;
        ends[count] = end;
        slots[slot] = ++count;
        return count - 1;
    }

    void clear() {
        Arrays.fill(slots, EMPTY);
        count = 0;
    }

    /** Where the key is, or where it would be put. */
    private int slot(ValueBytes key, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != EMPTY) {
            int number = slots[slot] - 1;
            if (hashes[number] == hash
                    && Arrays.equals(arena, start(number), ends[number], key.bytes(), 0, key.length())) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int start(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    private void grow() {
        hashes = Arrays.copyOf(hashes, hashes.length * 2);
        ends = Arrays.copyOf(ends, ends.length * 2);
        slots = new int[slots.length * 2];
        int mask = slots.length - 1;
        for (int number = 0; number < count; number++) {
            int slot = hashes[number] & mask;
            while (slots[slot] != EMPTY) {
                slot = slot + 1 & mask;
            }
            slots[slot] = number + 1;
        }
    }

    /** FNV-1a with a final mix, so that keys that count upwards spread over the low bits. */
    private static int hash(ValueBytes key) {
        int hash = 0x811C9DC5;
        byte[] bytes = key.bytes();
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ bytes[i]) * 0x01000193;
        }
        hash = (hash ^ hash >>> 16) * 0x85EBCA6B;
        return hash ^ hash >>> 13;
    }
}
