package dev.sluice.daemon;

import dev.sluice.engine.change.SyncException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.CompletionException;

/** A Vert.x of this program's own. Made, closed and waited for by a thread that may block, so by none of its own. */
public final class OwnVertx implements AutoCloseable {
    private final Vertx vertx;

    public OwnVertx() {
        // Nothing is ever served from files, so no cache directory is wanted.
        FileSystemOptions files =
                new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        this.vertx = Vertx.vertx(new VertxOptions().setFileSystemOptions(files));
    }

    public Vertx vertx() {
        return vertx;
    }

    /** @throws SyncException if the future fails */
    <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw SyncException.from(e.getCause() == null ? e : e.getCause());
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
