package org.chromaproxy.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.guide.Guide;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description of the proxy's endpoints, and what it answers. */
class OpenApiTest {
    private static final JsonNode API = Guide.yaml("docs/openapi.yaml").getFirst();

    private static AdminBed bed;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        bed = new AdminBed(folder.resolve("log"));
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    private static Set<String> operations() {
        Set<String> described = new TreeSet<>();
        API.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        // Answered before any endpoint is asked: AccessMatrixTest, DashboardSessionTest.
        described.removeIf(operation -> operation.endsWith(" /dashboard/session"));
        return described;
    }

    @Test
    void everyEndpointIsDescribedAndNoOther() {
        Set<String> described = new TreeSet<>();
        operations().forEach(operation -> described.add(operation.replaceAll("\\{[^}]*}", "{}")));
        assertEquals(
                String.join("\n", bed.endpoints.endpoints()),
                String.join("\n", described),
                "docs/openapi.yaml does not describe the endpoints there are");
    }

    @Test
    void whateverIsDescribedIsAnswered() {
        for (String operation : operations()) {
            String[] parts = operation.split(" ", 2);
            String path = parts[1].replaceAll("\\{[^}]*}", "nothing");
            Answer answer = bed.ask(parts[0], path, "", "", true).join();
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            assertNotEquals(405, answer.status(), operation);
            assertFalse(body.contains("has no endpoint"), operation + ": " + body);
            assertTrue(answer.status() < 500, operation + ": " + body);
        }
    }

    @Test
    void everyReferenceIsResolved() {
        int seen = 0;
        for (JsonNode reference : API.findValues("$ref")) {
            assertFalse(API.at(reference.asText().substring(1)).isMissingNode(), reference.asText());
            seen++;
        }
        assertTrue(seen > 0);
    }

    @Test
    void healthIsAsDescribed() {
        JsonNode schema = API.at("/components/schemas/Health");
        JsonNode health =
                AdminBed.expect(200, bed.ask("GET", "/health", "", "", true).join());
        schema.path("required").forEach(field -> assertTrue(health.has(field.asText()), field.asText()));
        health.fieldNames()
                .forEachRemaining(field -> assertTrue(schema.path("properties").has(field), field));
    }
}
