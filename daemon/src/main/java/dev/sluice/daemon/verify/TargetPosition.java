package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Position;
import java.sql.SQLException;

/** How far somebody who is at work has brought the target; asked again and again. Blocking. */
@FunctionalInterface
public interface TargetPosition {
    Position current() throws SQLException;
}
