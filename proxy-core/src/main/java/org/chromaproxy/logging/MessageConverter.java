package org.chromaproxy.logging;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** {@code %safeMessage}: a message with its arguments, escaped here so that no place that logs has to. Thread-safe. */
public final class MessageConverter extends ClassicConverter {
    @Override
    public String convert(ILoggingEvent event) {
        return LogText.escape(String.valueOf(event.getFormattedMessage()));
    }
}
