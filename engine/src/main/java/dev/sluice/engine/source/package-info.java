/** The contract of a source: from where committed changes come. Implementations live in modules of their own. */
@NullMarked
package dev.sluice.engine.source;

import org.jspecify.annotations.NullMarked;
