/** Tests of the PostgreSQL basics, against a real server where one is needed. */
@NullMarked
package dev.sluice.postgres;

import org.jspecify.annotations.NullMarked;
