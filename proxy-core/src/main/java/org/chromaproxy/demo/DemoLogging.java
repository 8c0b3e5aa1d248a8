package org.chromaproxy.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Sends the proxy's own log lines to a file: the terminal belongs to the walk. Only errors still go there. */
final class DemoLogging {
    private static final String PATTERN = "%d %-5level [%thread] %logger{0}: %msg%n";

    private DemoLogging() {}

    static void into(Path file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.iteratorForAppenders().forEachRemaining(DemoLogging::errorsOnly);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        appender.start();
        root.addAppender(appender);
    }

    private static void errorsOnly(Appender<ILoggingEvent> appender) {
        ThresholdFilter filter = new ThresholdFilter();
        filter.setLevel(Level.ERROR.toString());
        filter.start();
        appender.addFilter(filter);
    }
}
