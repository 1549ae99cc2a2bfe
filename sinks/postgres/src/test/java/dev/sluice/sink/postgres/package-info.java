/** Tests of the PostgreSQL sink, against real servers. */
@NullMarked
package dev.sluice.sink.postgres;

import org.jspecify.annotations.NullMarked;
