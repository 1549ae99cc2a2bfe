package dev.sluice.daemon.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * Log events for people: {@code 12:34:56.789 INFO  shop: caught up}. A stack is shown where it tells something, which it
 * does not for an error of a database or a network that the message has told already.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
    private static final List<String> TOLD_BY_THEIR_MESSAGE =
            List.of("java.sql.", "org.postgresql.", "java.net.", "java.io.", "io.vertx.", "io.netty.", "javax.net.");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private final boolean everyStack;
    private final ZoneId zone;

    /** @param everyStack whether to show all stacks, for somebody who looks for a fault */
    TextLayout(boolean everyStack, ZoneId zone) {
        this.everyStack = everyStack;
        this.zone = zone;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        String line = String.format(
                Locale.ROOT,
                "%s %-5s %s%n",
                TIME.format(event.getInstant().atZone(zone)),
                event.getLevel(),
                event.getFormattedMessage());
        IThrowableProxy thrown = event.getThrowableProxy();
        return thrown == null || !isShown(thrown) ? line : line + ThrowableProxyUtil.asString(thrown);
    }

    private boolean isShown(IThrowableProxy thrown) {
        return everyStack || TOLD_BY_THEIR_MESSAGE.stream().noneMatch(thrown.getClassName()::startsWith);
    }
}
