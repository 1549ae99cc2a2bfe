/** What the daemon answers over HTTP. */
@NullMarked
package dev.sluice.daemon.http;

import org.jspecify.annotations.NullMarked;
