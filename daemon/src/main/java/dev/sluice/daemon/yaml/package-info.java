/** YAML files as configuration trees. */
@NullMarked
package dev.sluice.daemon.yaml;

import org.jspecify.annotations.NullMarked;
