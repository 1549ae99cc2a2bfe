/**
 * pgoutput's messages, protocol version 1, as pure functions of bytes: PostgreSQL's manual, 54.9, "Logical Replication
 * Message Formats". Knows of no connection and no policy.
 */
@NullMarked
package dev.sluice.source.postgres.pgoutput;

import org.jspecify.annotations.NullMarked;
