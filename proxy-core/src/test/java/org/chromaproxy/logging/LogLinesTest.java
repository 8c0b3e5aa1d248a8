package org.chromaproxy.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** Whatever a client sends, a line of the log is one line and shows every character of it; with the program's logback.xml. */
class LogLinesTest {
    private final LoggerContext context = new LoggerContext();
    private Encoder<ILoggingEvent> encoder;

    @BeforeEach
    void asTheProgramLogs() throws JoranException {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(getClass().getResource("/logback.xml")));
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("console");
        encoder = console.getEncoder();
    }

    private String logged(@Nullable Throwable thrown, String pattern, Object... arguments) {
        ch.qos.logback.classic.Logger logger = context.getLogger("test");
        return new String(
                encoder.encode(new LoggingEvent(
                        "test", logger, ch.qos.logback.classic.Level.WARN, pattern, thrown, arguments)),
                StandardCharsets.UTF_8);
    }

    /** Every control character, every one that is invisible or moves others, and what is no character. */
    private static List<String> nasty() {
        return IntStream.concat(
                        IntStream.concat(IntStream.range(0, 0x20), IntStream.range(0x7f, 0xa0)),
                        IntStream.of(
                                0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202d, 0x202e, 0x2060,
                                0x2066, 0x2069, 0xfeff, 0xfff9, 0xd800, 0xdfff, 0xe0041, 0x10ffff))
                .mapToObj(Character::toString)
                .toList();
    }

    @Test
    void noArgumentReachesTheLogRaw() {
        for (String character : nasty()) {
            String value = "a" + character + "b";
            for (String line : List.of(
                    logged(null, "name {}", value),
                    logged(null, "name {} of {}", 1, List.of(value)),
                    logged(null, "name " + value))) {
                assertEquals(line.length() - 1, line.indexOf('\n'), line);
                assertFalse(line.substring(0, line.length() - 1).contains(character), line);
            }
        }
        assertTrue(logged(null, "{}", "a\u0085b").endsWith(": a\\u0085b\n"));
        assertTrue(logged(null, "{}", "a\udb40\udc41b").endsWith(": a\\U000e0041b\n"));
        assertTrue(logged(null, "{}", "a\r\nb\nc").endsWith(": a | b | c\n"));
        assertTrue(logged(null, "{}", "caf\u00e9 \u65e5\u672c \ud83d\ude00")
                .endsWith(": caf\u00e9 \u65e5\u672c \ud83d\ude00\n"));
    }

    @Test
    void noMessageOfAnExceptionReachesTheLogRaw() {
        for (String character : nasty()) {
            String value = "a" + character + "2026-01-01 forged";
            IllegalStateException thrown = new IllegalStateException(value, new IllegalArgumentException(value));
            thrown.addSuppressed(new UnsupportedOperationException(value));
            String text = logged(thrown, "it failed");
            assertTrue(text.lines().noneMatch(line -> line.startsWith("2026-01-01")), text);
            assertTrue(text.contains("Caused by: java.lang.IllegalArgumentException: a"), text);
            assertTrue(text.contains("Suppressed: java.lang.UnsupportedOperationException: a"), text);
            assertTrue(text.contains("at org.chromaproxy.logging.LogLinesTest"), text);
            if (!character.equals("\n") && !character.equals("\t")) {
                assertFalse(text.contains(character), text);
            }
        }
    }

    @Test
    void noPasswordOfAnAddressReachesTheLog() {
        String text = logged(
                new IllegalStateException("cannot parse jdbc:postgresql://h/db?user=u&password=s3cret"),
                "no connection to {}, {}",
                "http://user:s3cret@host:1/x?y=1",
                "postgresql://h/db?password=s3cret");
        assertFalse(text.contains("s3cret"), text);
        assertTrue(text.contains("no connection to http://***@host:1/x?y=1, postgresql://h/db?***"), text);
        assertTrue(logged(null, "mail a@b.c to {}", "x@y").endsWith(": mail a@b.c to x@y\n"));
    }
}
