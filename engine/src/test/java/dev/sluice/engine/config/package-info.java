@NullMarked
package dev.sluice.engine.config;

import org.jspecify.annotations.NullMarked;
