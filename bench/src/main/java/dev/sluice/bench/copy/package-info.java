/** The first copy to another PostgreSQL. */
@NullMarked
package dev.sluice.bench.copy;

import org.jspecify.annotations.NullMarked;
