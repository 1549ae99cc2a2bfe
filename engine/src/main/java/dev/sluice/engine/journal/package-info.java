/** The bounded buffer between the source and the lanes. Today it is memory; a file behind the memory window comes next. */
@NullMarked
package dev.sluice.engine.journal;

import org.jspecify.annotations.NullMarked;
