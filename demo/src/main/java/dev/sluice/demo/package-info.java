/** A shop in one PostgreSQL, kept in step in another, for somebody who sees Sluice for the first time. */
@NullMarked
package dev.sluice.demo;

import org.jspecify.annotations.NullMarked;
