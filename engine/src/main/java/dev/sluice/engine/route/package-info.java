/** Which changes a sink gets, and in what shape. */
@NullMarked
package dev.sluice.engine.route;

import org.jspecify.annotations.NullMarked;
