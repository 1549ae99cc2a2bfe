package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;

/**
 * From what size on a batch goes by COPY. It takes a handful of round trips where small batches need one, and few rows gain
 * nothing from it.
 *
 * @param changes or more are worth it
 * @param bytes or more are worth it
 */
record CopyThreshold(int changes, long bytes) {
    static final CopyThreshold DEFAULT = new CopyThreshold(500, 64 << 10);

    boolean isReachedBy(ChangeBatch batch) {
        return batch.size() >= changes || batch.sizeInBytes() >= bytes && !batch.isEmpty();
    }
}
