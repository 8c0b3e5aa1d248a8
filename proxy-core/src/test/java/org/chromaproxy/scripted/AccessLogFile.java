package org.chromaproxy.scripted;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.chromaproxy.config.Seeing;

/** An access log in JSON, as a test reads it. */
final class AccessLogFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    AccessLogFile() throws IOException {
        file = Files.createTempFile(Path.of("target"), "access", ".log");
    }

    Seeing.AccessLog settings() {
        return new Seeing.AccessLog(Seeing.AccessLog.Form.JSON, Optional.of(file), 100 << 20);
    }

    String text() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> lines(Predicate<JsonNode> which) {
        String text = text();
        List<JsonNode> found = new ArrayList<>();
        // The last one may not be whole yet.
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
            try {
                JsonNode parsed = JSON.readTree(line);
                if (which.test(parsed)) {
                    found.add(parsed);
                }
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + line, e);
            }
        });
        return found;
    }

    /** Waits for that many of them. */
    List<JsonNode> await(int count, Predicate<JsonNode> which) {
        return org.awaitility.Awaitility.await()
                .atMost(Stage.SOON)
                .until(() -> lines(which), found -> found.size() >= count);
    }
}
