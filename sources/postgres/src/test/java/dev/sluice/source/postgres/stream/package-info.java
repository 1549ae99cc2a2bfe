/** Tests of this package without a server. */
@NullMarked
package dev.sluice.source.postgres.stream;

import org.jspecify.annotations.NullMarked;
