package org.chromaproxy.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every type of the data path is named in some unit test, or has one that bears its name: what only integration tests reach is
 * found broken late, and far away.
 */
class UnitTestedTypesTest {
    private static final String PROJECT = "org.chromaproxy.";
    private static final String LOG = "wal";

    /** The packages a request or a record passes through; of the log, all. */
    private static final Set<String> DATA_PATH = Set.of(
            "admit",
            "catalog",
            "downstream",
            "exchange",
            "exchange.read",
            "exchange.write",
            "http",
            "instance",
            "lane",
            "merge",
            "route",
            "scan",
            "upstream");

    /** Those that no unit test names yet, by package. This list may only shrink: strike off what has got its test. */
    private static final String NOT_YET = """
            downstream: Turnstile, Untaken
            exchange: ClientConnection, Exchange, OwnExchange, RequestBody, SharedPlace
            exchange.read: HeavyTurn, HeldAnswer, ListAnswer, ListExchange, ListedCollections, ReadAnswers, ReadBounds
            exchange.read: ReadExchange, ReadRequest, ReadTarget, Rewriting
            exchange.write: DatabaseClearing, Retry, WriteAnswers, WriteBounds, WriteExchange, WriteRecords, WriteTimes
            instance: WriteHealth
            lane: CatalogOp, CatalogSteps
            scan: FieldScan
            upstream: IdleConnections, Recogniser, UpstreamListener
            wal.append: Committer, LogLink
            wal.store: ChangeSql, LaneRetentionSql, Segments
            wal.store.query: LaneSql, OperatorSql
            """;

    @Test
    void everyTypeOfTheDataPathIsNamedInAUnitTest() {
        List<JavaSource> sources = SourceTree.locate().java();
        Set<String> named = sources.stream()
                .filter(UnitTestedTypesTest::isUnitTest)
                .flatMap(source -> Stream.concat(Stream.of(tested(source)), source.names().stream()))
                .collect(Collectors.toSet());
        Set<String> unnamed = sources.stream()
                .filter(source -> source.isMain() && !source.isPackageInfo() && isOfDataPath(source))
                .filter(source -> !named.contains(typeOf(source)))
                .map(source -> shortName(source) + "." + typeOf(source))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(String.join("\n", notYet()), String.join("\n", unnamed), "types that no unit test names");
    }

    /** What a source of the tests is called ends so if it needs servers. */
    private static boolean isUnitTest(JavaSource source) {
        return !source.isMain() && !source.path().toString().endsWith("IT.java");
    }

    /** The type that a test bears the name of: it may be reached through others only. */
    private static String tested(JavaSource test) {
        return typeOf(test).replaceFirst("Test$", "");
    }

    private static boolean isOfDataPath(JavaSource source) {
        String name = shortName(source);
        return DATA_PATH.contains(name) || name.equals(LOG) || name.startsWith(LOG + ".");
    }

    private static String shortName(JavaSource source) {
        return source.packageName().startsWith(PROJECT) ? source.packageName().substring(PROJECT.length()) : "";
    }

    /** The file's top-level type: there is one in each. */
    private static String typeOf(JavaSource source) {
        return source.path().getFileName().toString().replace(".java", "");
    }

    private static Set<String> notYet() {
        return NOT_YET.lines()
                .flatMap(line -> Arrays.stream(
                                line.substring(line.indexOf(':') + 1).trim().split(",\\s*"))
                        .map(type -> line.substring(0, line.indexOf(':')) + "." + type))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
