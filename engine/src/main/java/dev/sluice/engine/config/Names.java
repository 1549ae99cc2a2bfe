package dev.sluice.engine.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The keys of this map are names that the user chose, and that end up in names of slots, threads and meters: 1 to 63
 * letters, digits, {@code _} and {@code -}.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Names {}
