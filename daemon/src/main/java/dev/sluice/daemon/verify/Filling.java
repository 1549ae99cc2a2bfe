package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Position;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How the target is being filled, while it is compared.
 *
 * @param mark makes positions to wait for
 * @param target how far the target has got
 */
public record Filling(Mark mark, TargetPosition target) {
    /** Makes a position of the source that the stream is sure to reach; everything that can be seen now is before it. Blocks. */
    @FunctionalInterface
    public interface Mark {
        /** @param source in autocommit mode */
        Position write(Connection source) throws SQLException;
    }
}
