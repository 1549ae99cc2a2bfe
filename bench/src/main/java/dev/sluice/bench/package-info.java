/** How fast Sluice is, beside what else one could use. */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
