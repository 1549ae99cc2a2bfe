/** The program {@code sluice}: configuration files in, running pipelines out. The one module that knows all the others. */
@NullMarked
package dev.sluice.daemon;

import org.jspecify.annotations.NullMarked;
