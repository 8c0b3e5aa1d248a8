package org.chromaproxy.observe;

import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.ContextBase;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.Seeing;

/**
 * Where lines go: standard output, or a file with older ones beside it, by Logback's appenders. A disk that is full loses
 * lines and nothing else; the appender goes on when it can.
 */
final class LogOutput implements AutoCloseable {
    /** The bound on bytes is shared by the file that is written and those that were rolled over. */
    static final int FILES = 5;

    private final Appender<byte[]> appender;

    private LogOutput(Appender<byte[]> appender) {
        this.appender = appender;
    }

    static LogOutput open(Seeing.AccessLog settings) {
        Context context = new ContextBase();
        return new LogOutput(
                settings.file().isPresent()
                        ? file(context, settings.file().get(), settings.maxBytes())
                        : console(context));
    }

    private static Appender<byte[]> console(Context context) {
        ConsoleAppender<byte[]> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setEncoder(started(context));
        console.start();
        return console;
    }

    private static Appender<byte[]> file(Context context, Path path, long maxBytes) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(path) || !writable(path, parent)) {
            throw new ConfigException(List.of("access_log_file: " + path
                    + " cannot be written; make its folder, and let the proxy's user write there"));
        }
        RollingFileAppender<byte[]> file = new RollingFileAppender<>();
        file.setContext(context);
        file.setFile(path.toString());
        file.setEncoder(started(context));
        FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
        names.setContext(context);
        names.setParent(file);
        names.setFileNamePattern(path + ".%i");
        names.setMinIndex(1);
        names.setMaxIndex(FILES - 1);
        names.start();
        SizeBasedTriggeringPolicy<byte[]> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(Math.max(1, maxBytes / FILES)));
        // By default it looks at the size only now and then.
        size.setCheckIncrement(Duration.buildByMilliseconds(0));
        size.start();
        file.setRollingPolicy(names);
        file.setTriggeringPolicy(size);
        file.start();
        return file;
    }

    private static boolean writable(Path path, Path parent) {
        return Files.exists(path) ? Files.isWritable(path) : Files.isWritable(parent);
    }

    private static Encoder<byte[]> started(Context context) {
        Encoder<byte[]> encoder = new Verbatim();
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    /** Writes whole lines, in one piece. */
    void write(byte[] lines) {
        appender.doAppend(lines);
    }

    @Override
    public void close() {
        appender.stop();
    }

    /** The lines are bytes already. */
    private static final class Verbatim extends EncoderBase<byte[]> {
        private static final byte[] NOTHING = {};

        @Override
        public byte[] headerBytes() {
            return NOTHING;
        }

        @Override
        public byte[] encode(byte[] lines) {
            return lines;
        }

        @Override
        public byte[] footerBytes() {
            return NOTHING;
        }
    }
}
