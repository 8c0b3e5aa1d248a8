package org.chromaproxy.drill.evidence;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Evidence as one JSON file. */
public final class EvidenceFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "evidence.json";

    private EvidenceFile() {}

    /** Writes {@code evidence.json} in that directory. */
    public static void write(Evidence evidence, Path directory) throws IOException {
        Files.write(directory.resolve(NAME), JSON.writeValueAsBytes(evidence));
    }

    /** Reads what {@link #write} wrote. */
    public static Evidence read(Path directory) throws IOException {
        return JSON.readValue(Files.readAllBytes(directory.resolve(NAME)), Evidence.class);
    }
}
