/** The change log against real servers. */
@NullMarked
package dev.sluice.source.postgres.changelog;

import org.jspecify.annotations.NullMarked;
