/** Real PostgreSQL servers that live as long as a test, a demo or a benchmark. */
@NullMarked
package dev.sluice.testkit.postgres;

import org.jspecify.annotations.NullMarked;
