/** Compares tables of two PostgreSQL databases row by row, while one still follows the other. */
@NullMarked
package dev.sluice.daemon.verify;

import org.jspecify.annotations.NullMarked;
