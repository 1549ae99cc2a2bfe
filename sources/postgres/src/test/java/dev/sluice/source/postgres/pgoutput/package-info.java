/** Tests of this package without a server. */
@NullMarked
package dev.sluice.source.postgres.pgoutput;

import org.jspecify.annotations.NullMarked;
