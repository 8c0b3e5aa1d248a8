package org.chromaproxy.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The limits of the house style. They may be tightened; the lists of exceptions may only shrink. */
class TidyTest {
    private static final int FILE_LINES = 600;
    private static final int MEDIAN_LINES = 120;
    private static final int METHOD_LINES = 50;

    /** Written in pieces, so that this file does not find itself. */
    private static final Pattern MACHINE_PATHS =
            Pattern.compile("/(?:home|Users|work)/" + "[a-z]|/ro" + "ot/" + "|/tmp/" + "wt");

    private static final Pattern REGISTRY_HOSTS = Pattern.compile(
            "registry\\." + "npmjs|repo1?\\." + "maven|repo\\.maven\\." + "apache|jf" + "rog|arti" + "factory");

    private static final SourceTree TREE = SourceTree.locate();
    private static final List<JavaSource> SOURCES = TREE.java();

    @Test
    void noFileIsLongerThanAReaderCanHold() {
        assertNone(SOURCES.stream()
                .filter(source -> source.lines() > FILE_LINES)
                .map(source -> source.path() + " has " + source.lines() + " lines, more than " + FILE_LINES));
    }

    @Test
    void mostFilesAreShort() {
        List<Integer> lengths = main().filter(source -> !source.isPackageInfo())
                .map(JavaSource::lines)
                .sorted()
                .toList();
        int median = lengths.get(lengths.size() / 2);
        assertTrue(median <= MEDIAN_LINES, "the median file has " + median + " lines, more than " + MEDIAN_LINES);
    }

    @Test
    void noMethodIsLongerThanAScreen() {
        assertNone(SOURCES.stream()
                .flatMap(source -> source.methods().stream()
                        .filter(method -> method.lines() > METHOD_LINES)
                        .map(method -> source.path() + ": " + method.name() + " has " + method.lines() + " lines")));
    }

    @Test
    void everyPackageSaysWhatItIsAndForbidsNull() {
        assertNone(mainPackages().entrySet().stream()
                .filter(entry -> entry.getValue().stream()
                        .noneMatch(source -> source.isPackageInfo()
                                && source.text().contains("@NullMarked")
                                && source.text().contains("/**")))
                .map(entry -> entry.getKey() + " has no package-info with Javadoc and @NullMarked"));
    }

    @Test
    void onlyConfigurationReadsTheEnvironment() {
        Set<String> forbidden = Set.of(
                "System.getenv", "System.getProperty", "Integer.getInteger", "Long.getLong", "Boolean.getBoolean");
        assertNone(main().filter(source -> !source.packageName().equals("org.chromaproxy.config"))
                .flatMap(source -> source.calls().stream()
                        .filter(forbidden::contains)
                        .map(call -> source.path() + " calls " + call)));
    }

    @Test
    void testsAwaitConditionsAndNeverSleep() {
        assertNone(SOURCES.stream()
                .filter(source -> !source.isMain())
                .flatMap(source -> source.calls().stream()
                        .filter(call -> call.endsWith(".sleep") || call.endsWith(".parkNanos"))
                        .map(call -> source.path() + " calls " + call)));
    }

    @Test
    void noFileNamesThisMachineOrARegistry() throws IOException {
        List<String> violations = new ArrayList<>();
        for (Path file : TREE.files()) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            for (Pattern pattern : List.of(MACHINE_PATHS, REGISTRY_HOSTS)) {
                var found = pattern.matcher(text);
                if (found.find()) {
                    violations.add(TREE.root().relativize(file) + " contains " + found.group());
                }
            }
        }
        assertNone(violations.stream());
    }

    private static Stream<JavaSource> main() {
        return SOURCES.stream().filter(JavaSource::isMain);
    }

    private static Map<String, ? extends Collection<JavaSource>> mainPackages() {
        return main().collect(Collectors.groupingBy(JavaSource::packageName, TreeMap::new, Collectors.toList()));
    }

    private static void assertNone(Stream<String> violations) {
        assertEquals("", violations.sorted().collect(Collectors.joining("\n")));
    }
}
