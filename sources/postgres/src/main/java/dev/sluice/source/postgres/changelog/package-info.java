/**
 * Changes that triggers have logged, for servers that give no right to replicate. The SQL is in the resources of this package:
 * {@code install.sql} says how it works.
 */
@NullMarked
package dev.sluice.source.postgres.changelog;

import org.jspecify.annotations.NullMarked;
