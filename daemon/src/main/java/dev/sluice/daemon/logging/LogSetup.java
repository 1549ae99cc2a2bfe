package dev.sluice.daemon.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.OutputStream;
import java.time.ZoneId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets logging up once, at the start of a program. Stateless. */
public final class LogSetup {
    private LogSetup() {}

    /**
     * @param level of our own loggers; those of libraries say nothing below WARN
     * @param target where all events go; not closed
     */
    public static void configure(LogLevel level, LogStyle style, OutputStream target) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Encoder<ILoggingEvent> encoder = style == LogStyle.JSON ? json() : text(context, level);
        encoder.setContext(context);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("sluice");
        appender.setEncoder(encoder);
        appender.setOutputStream(target);
        appender.start();
        Level ours = Level.valueOf(level.name());
        Level others = ours.isGreaterOrEqual(Level.WARN) ? ours : Level.WARN;
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(others);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger("dev.sluice").setLevel(ours);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context, LogLevel level) {
        TextLayout layout = new TextLayout(level.compareTo(LogLevel.INFO) > 0, ZoneId.systemDefault());
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setLayout(layout);
        return encoder;
    }

    private static Encoder<ILoggingEvent> json() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithContext(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        return encoder;
    }
}
