/** The PostgreSQL that is measured against, and the rows in it. */
@NullMarked
package dev.sluice.bench.server;

import org.jspecify.annotations.NullMarked;
