package dev.sluice.daemon.logging;

/** How log events are written. */
public enum LogStyle {
    /** For people. */
    TEXT,
    /** One JSON object a line, for machines. */
    JSON
}
