/** What a source and a sink both need to know of PostgreSQL: where it is, how it is spoken to, its types and its tables. */
@NullMarked
package dev.sluice.postgres;

import org.jspecify.annotations.NullMarked;
