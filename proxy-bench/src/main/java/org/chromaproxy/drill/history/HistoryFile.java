package org.chromaproxy.drill.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A history as JSON lines: each line is an object with one key that says what it is. */
public final class HistoryFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "history.jsonl";

    private HistoryFile() {}

    /** Writes {@code history.jsonl} in that directory. */
    public static void write(History history, Path directory) throws IOException {
        try (BufferedWriter file = Files.newBufferedWriter(directory.resolve(NAME))) {
            line(file, "run", history.run());
            for (Trouble trouble : history.troubles()) {
                line(file, "trouble", trouble);
            }
            for (Sample sample : history.samples()) {
                line(file, "sample", sample);
            }
            for (Operation operation : history.operations()) {
                line(file, "operation", operation);
            }
        }
    }

    private static void line(BufferedWriter file, String key, Object value) throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.set(key, JSON.valueToTree(value));
        file.write(line.toString());
        file.newLine();
    }

    /** Reads what {@link #write} wrote. */
    public static History read(Path directory) throws IOException {
        Run run = new Run(0, "", 0, 0, 0, 0);
        List<Operation> operations = new ArrayList<>();
        List<Trouble> troubles = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        try (Stream<String> lines = Files.lines(directory.resolve(NAME))) {
            for (String text : (Iterable<String>) lines::iterator) {
                JsonNode line = JSON.readTree(text);
                if (line.has("run")) {
                    run = JSON.treeToValue(line.get("run"), Run.class);
                } else if (line.has("trouble")) {
                    troubles.add(JSON.treeToValue(line.get("trouble"), Trouble.class));
                } else if (line.has("sample")) {
                    samples.add(sample(line.get("sample")));
                } else {
                    operations.add(JSON.treeToValue(line.get("operation"), Operation.class));
                }
            }
        }
        return new History(run, operations, troubles, samples);
    }

    private static Sample sample(JsonNode node) throws IOException {
        return JSON.treeToValue(node, Sample.class);
    }
}
