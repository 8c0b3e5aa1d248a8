package org.chromaproxy.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.Seeing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client sends, a line is one line, and bytes on disk are bounded. */
class LinesTest {
    private static final List<String> NASTY = List.of(
            "a\nstatus=200 b",
            "a\r\nb",
            "\u001b[31mred",
            "quote\" status=200",
            "back\\\" status=200",
            "\u0000\u007f\u0085\u2028\u00e9\ud83d\ude00",
            "",
            " ",
            "a=b");

    @TempDir
    private Path folder;

    private static String line(boolean json, String value) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        Line line = json ? new JsonLine(to) : new TextLine(to);
        line.text("path", value);
        line.number("status", 404);
        line.millis("duration_ms", 1_234_567);
        line.end();
        return to.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void noValueBreaksOutOfItsField() throws IOException {
        for (String value : NASTY) {
            for (boolean json : List.of(true, false)) {
                String text = line(json, value);
                assertEquals(text.length() - 1, text.indexOf('\n'), value);
                assertTrue(text.chars().limit(text.length() - 1L).allMatch(c -> c >= ' ' && c < 0x7f), value);
            }
            var parsed = new ObjectMapper().readTree(line(true, value));
            assertEquals(value, parsed.path("path").asText());
            assertEquals(404, parsed.path("status").asInt());
            assertEquals("1.234", parsed.path("duration_ms").asText());
            String text = line(false, value);
            assertTrue(text.matches("path=\"([^\"\\\\]|\\\\.)*\" status=404 duration_ms=1\\.234\n"), text);
        }
        assertEquals("path=/api/v2 status=404 duration_ms=1.234\n", line(false, "/api/v2"));
    }

    @Test
    void theFileAndItsOlderOnesTakeNoMoreThanTheirBound() throws IOException {
        long bound = 50_000;
        Path file = folder.resolve("access.log");
        byte[] line = "x".repeat(99).concat("\n").getBytes(StandardCharsets.US_ASCII);
        try (LogOutput output =
                LogOutput.open(new Seeing.AccessLog(Seeing.AccessLog.Form.TEXT, Optional.of(file), bound))) {
            for (int i = 0; i < 3_000; i++) {
                output.write(line);
            }
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.toList();
            assertEquals(LogOutput.FILES, files.size());
            long bytes =
                    files.stream().mapToLong(each -> each.toFile().length()).sum();
            assertTrue(bytes <= bound + (long) LogOutput.FILES * line.length, bytes + " bytes");
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsToldAtStart() {
        Path nowhere = folder.resolve("missing").resolve("access.log");
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> LogOutput.open(new Seeing.AccessLog(Seeing.AccessLog.Form.JSON, Optional.of(nowhere), 1 << 20)));
        assertTrue(refused.problems().getFirst().startsWith("access_log_file"), refused.toString());
    }
}
