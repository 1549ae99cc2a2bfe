package dev.sluice.sink.file;

import dev.sluice.engine.config.Default;

/**
 * Keys of {@code type: stdout}.
 *
 * @param schemaEvents whether there are events for tables that have another shape
 */
public record StdoutConfig(@Default("false") boolean schemaEvents) {}
