/** Tests of the slot source against real servers. */
@NullMarked
package dev.sluice.source.postgres;

import org.jspecify.annotations.NullMarked;
