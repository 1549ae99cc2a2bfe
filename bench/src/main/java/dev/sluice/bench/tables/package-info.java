/** What many tables cost. */
@NullMarked
package dev.sluice.bench.tables;

import org.jspecify.annotations.NullMarked;
