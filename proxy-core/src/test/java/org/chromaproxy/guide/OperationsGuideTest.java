package org.chromaproxy.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

/** The guides name everything that can happen, and lead nowhere that is not there. */
class OperationsGuideTest {
    private static final String GUIDE = Guide.text("docs/operations.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final List<String> PAGES = pages();

    private static List<String> pages() {
        Path root = Guide.file("");
        try (Stream<Path> top = Files.list(root);
                Stream<Path> docs = Files.walk(Guide.file("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(file -> root.relativize(file).toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A page that the index does not name is found by nobody. */
    @Test
    void theIndexNamesEveryPage() {
        String index = Guide.text("docs/README.md") + Guide.text("docs/decisions/README.md");
        assertEquals(
                List.of(),
                PAGES.stream()
                        .filter(page -> page.startsWith("docs/") && !page.endsWith("README.md"))
                        .filter(page -> !index.contains("](" + Path.of(page).getFileName() + ")"))
                        .toList());
    }

    @Test
    void everyAnswerOfTheProxysOwnHasItsMeaningAndWhatToDo() {
        missing(Arrays.stream(ProxyError.values())
                .map(error -> "| `" + error.tag() + "` | " + error.status().code() + " | "));
    }

    @Test
    void everyStateHasItsMeaning() {
        Stream<String> instances = Arrays.stream(InstanceState.values()).map(OperationsGuideTest::row);
        Stream<String> log = Arrays.stream(LogState.values()).map(OperationsGuideTest::row);
        Stream<String> transactions = Arrays.stream(TransactionState.values()).map(state -> "| `" + state + "` | ");
        missing(Stream.of(instances, log, transactions).flatMap(rows -> rows));
    }

    @Test
    void noLinkLeadsNowhere() {
        String broken = PAGES.stream()
                .flatMap(page -> LINK.matcher(Guide.text(page))
                        .results()
                        .map(link -> link.group(1))
                        .filter(link -> !link.contains("://") && !leads(page, link))
                        .map(link -> page + ": " + link))
                .collect(Collectors.joining("\n"));
        assertEquals("", broken);
    }

    private static String row(Enum<?> state) {
        return "| `" + state.name().toLowerCase(Locale.ROOT) + "` | ";
    }

    private static void missing(Stream<String> rows) {
        Set<String> lines = GUIDE.lines().collect(Collectors.toSet());
        assertEquals(
                "",
                rows.filter(row -> lines.stream().noneMatch(line -> line.startsWith(row)))
                        .collect(Collectors.joining("\n")));
    }

    private static boolean leads(String page, String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? Guide.file(page) : Guide.file(page).resolveSibling(path);
        if (!Files.exists(target)) {
            return false;
        }
        return hash < 0 || anchors(target).contains(link.substring(hash + 1));
    }

    /** As the usual renderers name headings. */
    private static Set<String> anchors(Path page) {
        return HEADING.matcher(
                        Guide.text(Guide.file("").relativize(page.normalize()).toString()))
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
