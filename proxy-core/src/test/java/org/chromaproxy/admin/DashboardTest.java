package org.chromaproxy.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's files and headers, who may act through a browser, and the search that the page uses. */
class DashboardTest {
    private static final Pattern FILE = Pattern.compile("['\"](/dashboard/[a-z.]+)['\"]");

    private static final Pattern MARKUP =
            Pattern.compile("(inner|outer)HTML *=[^=]|insertAdjacentHTML|document\\.write|eval\\(|DOMParser");

    private static final List<String> FORMS = List.of(
            "text/plain",
            "text/plain; charset=application/json",
            "text/plain;application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
            "application/json, text/plain",
            "application/jsonp",
            "*/*");

    private static AdminBed bed;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        bed = new AdminBed(folder);
    }

    @AfterAll
    static void close() {
        bed.close();
    }

    private static Answer get(OwnEndpoints endpoints, String uri) {
        return endpoints
                .handle(new OwnEndpoints.Request(HttpMethod.GET, uri, "", new byte[0], false))
                .toCompletableFuture()
                .join();
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static void assertConfined(Answer answer, String uri) {
        assertEquals(200, answer.status(), uri);
        HttpHeaders headers = answer.headers();
        String policy = headers.get("Content-Security-Policy");
        assertTrue(policy.startsWith("default-src 'self';"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals("DENY", headers.get("X-Frame-Options"));
        assertEquals("nosniff", headers.get("X-Content-Type-Options"));
    }

    @Test
    void thePageAndEveryFileItNamesAreServedByOwnerAndStandby() {
        for (OwnEndpoints endpoints : List.of(bed.endpoints, new StandbyEndpoints(2, () -> "", () -> ""))) {
            Answer page = get(endpoints, "/dashboard");
            assertConfined(page, "/dashboard");
            assertEquals("text/html; charset=utf-8", page.contentType());
            List<String> files = named(page);
            assertTrue(files.contains("/dashboard/uplot.css"), files.toString());
            for (String file : files) {
                assertConfined(get(endpoints, file), file);
            }
            List<String> modules = named(get(endpoints, "/dashboard/main.js"));
            assertTrue(modules.size() > 5, modules.toString());
            modules.forEach(module -> assertConfined(get(endpoints, module), module));
            modules.stream()
                    .filter(module -> !module.endsWith("/uplot.js"))
                    .forEach(module -> assertFalse(
                            MARKUP.matcher(text(get(endpoints, module))).find(), module + " makes markup of text"));
            assertTrue(text(get(endpoints, "/dashboard/uplot.js")).contains("uPlot"));
            assertEquals(404, get(endpoints, "/dashboard/..").status());
        }
    }

    private static List<String> named(Answer answer) {
        return FILE.matcher(text(answer))
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .toList();
    }

    /** What a form sends without asking first, in a browser that says nothing of where it comes from. */
    @Test
    void noFormActs() {
        assertTrue(bed.endpoints.acting().size() >= 13, bed.endpoints.acting().toString());
        for (String endpoint : bed.endpoints.acting()) {
            String[] parts = endpoint.split(" ", 2);
            for (String type : FORMS) {
                Answer form = bed.ask(parts[0], parts[1], from("Content-Type", type), "{}", true)
                        .join();
                assertEquals(415, form.status(), endpoint + " " + type + " " + text(form));
            }
            Answer without = bed.ask(parts[0], parts[1], from(), "{}", false).join();
            assertEquals(403, without.status(), endpoint + " " + text(without));
        }
        assertEquals(0, bed.rechecks.get());
    }

    @Test
    void thePageItselfAndProgramsAct() {
        HttpHeaders page = from("Origin", "http://localhost:8000", "Sec-Fetch-Site", "same-origin");
        for (HttpHeaders headers : List.of(page, from())) {
            Answer answer = bed.ask("POST", "/admin/clear_wal_errors", headers, "{}", true)
                    .join();
            assertEquals(200, answer.status(), text(answer));
        }
        Answer bare = bed.ask("POST", "/admin/clear_wal_errors", AdminBed.headers("Host", "localhost"), "", true)
                .join();
        assertEquals(200, bare.status(), text(bare));
    }

    private static HttpHeaders from(String... pairs) {
        return AdminBed.headers("Host", "localhost:8000", "Content-Type", "application/json")
                .setAll(AdminBed.headers(pairs));
    }

    @Test
    void collectionsAreFoundByPartOfTheirNameByAnIdAndByState() {
        String id = bed.map("Searched-One").publicId().toString();
        bed.map("searched-two");
        JsonNode both = bed.page("/admin/collection_mappings?search=SEARCHED&limit=1");
        assertEquals(2, both.path("matching_mappings").asInt());
        assertEquals(1, both.path("collection_mappings").size());
        JsonNode one = bed.page("/admin/collection_mappings?search=" + id.substring(0, 18));
        assertEquals(
                "Searched-One", one.at("/collection_mappings/0/collection_name").asText());
        assertEquals(1, one.path("matching_mappings").asInt());
        assertEquals(
                0,
                bed.page("/admin/collection_mappings?search=searched&status=partial")
                        .path("matching_mappings")
                        .asInt());
    }
}
