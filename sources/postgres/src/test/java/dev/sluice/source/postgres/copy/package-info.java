/** Tests of this package without a server. */
@NullMarked
package dev.sluice.source.postgres.copy;

import org.jspecify.annotations.NullMarked;
