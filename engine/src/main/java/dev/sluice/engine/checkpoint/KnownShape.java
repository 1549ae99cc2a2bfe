package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.TableShape;

/**
 * The shape of a table of which a sink has been told.
 *
 * @param since its position in the stream: changes before it may come again in the shape that the table had then
 */
public record KnownShape(TableShape shape, Position since) {}
