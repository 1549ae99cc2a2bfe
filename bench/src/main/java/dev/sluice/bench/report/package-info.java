/** What was measured, where, and how it is written down. */
@NullMarked
package dev.sluice.bench.report;

import org.jspecify.annotations.NullMarked;
