/** What rows cost that nobody wants. */
@NullMarked
package dev.sluice.bench.filter;

import org.jspecify.annotations.NullMarked;
