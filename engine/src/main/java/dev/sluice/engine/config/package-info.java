/** Configuration as records: from a tree of keys and values, whatever its syntax, to pipelines. */
@NullMarked
package dev.sluice.engine.config;

import org.jspecify.annotations.NullMarked;
