package org.chromaproxy.observe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.chromaproxy.completion.Noted;
import org.chromaproxy.completion.Observer;
import org.chromaproxy.config.Seeing;

/**
 * One line per exchange; {@code docs/access-log.md} says what each field means. Tokens, bodies and queries are not here to
 * be written: nobody notes them.
 */
final class AccessLog implements Observer {
    /** Lines are written together up to this many bytes: one system call, not one each. */
    private static final int PIECE = 64 << 10;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final boolean json;
    private final LogOutput output;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream(PIECE);

    AccessLog(Seeing.AccessLog settings, LogOutput output) {
        this.json = settings.form() == Seeing.AccessLog.Form.JSON;
        this.output = output;
    }

    @Override
    public void completed(Noted noted) {
        try {
            write(noted, json ? new JsonLine(lines) : new TextLine(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (lines.size() >= PIECE) {
            flush();
        }
    }

    private static void write(Noted noted, Line line) throws IOException {
        line.text("time", TIME.format(noted.startedAt()));
        line.text("client", noted.origin().client().address());
        optional(line, "principal", noted.principal());
        optional(line, "method", noted.origin().method());
        optional(line, "path", noted.origin().path());
        line.text("route", noted.origin().route());
        line.number("status", noted.status());
        line.text("ended", noted.ending().text());
        optional(line, "error", noted.error());
        line.number("bytes_in", noted.bytesIn());
        line.number("bytes_out", noted.bytesOut());
        line.millis("duration_ms", noted.endNanos() - noted.startNanos());
        for (Noted.Part part : noted.parts()) {
            line.millis(part.name() + "_ms", part.toNanos() - part.fromNanos());
        }
        optional(line, "instance", noted.instance());
        optional(line, "transaction", noted.transaction());
        optional(line, "trace", noted.identity().traceId());
        line.end();
    }

    private static void optional(Line line, String name, String value) throws IOException {
        if (!value.isEmpty()) {
            line.text(name, value);
        }
    }

    @Override
    public void flush() {
        if (lines.size() > 0) {
            output.write(lines.toByteArray());
            lines.reset();
        }
    }

    @Override
    public void close() {
        flush();
        output.close();
    }
}
