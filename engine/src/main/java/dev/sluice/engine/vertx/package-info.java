/** Sluice inside somebody's Vert.x; the only package of the engine that imports Vert.x. */
@NullMarked
package dev.sluice.engine.vertx;

import org.jspecify.annotations.NullMarked;
