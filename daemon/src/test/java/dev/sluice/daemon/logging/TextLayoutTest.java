package dev.sluice.daemon.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextLayoutTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void anEventIsOneLine() {
        assertThat(layout(false, null))
                .isEqualTo("12:30:00.000 WARN  shop: the source is away" + System.lineSeparator());
    }

    @Test
    void aStackIsShownOnlyWhereTheMessageHasNotToldAll() {
        assertThat(layout(false, new SQLException("no"))).hasLineCount(1);
        assertThat(layout(false, new IllegalStateException("no")))
                .contains("java.lang.IllegalStateException: no")
                .contains("at dev.sluice");
        assertThat(layout(true, new SQLException("no"))).contains("java.sql.SQLException: no");
    }

    private String layout(boolean everyStack, @Nullable Throwable thrown) {
        LoggingEvent event = new LoggingEvent(
                "x", context.getLogger("x"), Level.WARN, "{}: the source is away", thrown, new Object[] {"shop"});
        event.setInstant(Instant.parse("2026-01-01T12:30:00Z"));
        return new TextLayout(everyStack, ZoneId.of("UTC")).doLayout(event);
    }
}
