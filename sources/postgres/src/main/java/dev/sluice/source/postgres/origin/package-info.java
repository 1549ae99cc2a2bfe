/** What is checked, made and dropped on the server: tables, publication, slot. */
@NullMarked
package dev.sluice.source.postgres.origin;

import org.jspecify.annotations.NullMarked;
