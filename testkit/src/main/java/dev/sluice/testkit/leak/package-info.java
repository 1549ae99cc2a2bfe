/** What a test must not leave behind. */
@NullMarked
package dev.sluice.testkit.leak;

import org.jspecify.annotations.NullMarked;
