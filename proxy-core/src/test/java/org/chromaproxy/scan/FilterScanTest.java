package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much work a filter is, however it is written and cut. */
class FilterScanTest {
    private static FilterScan scan(String body, int piece) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        FilterScan scan = new FilterScan();
        for (int at = 0; at < bytes.length; at += piece) {
            scan.feed(Unpooled.wrappedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
        }
        return scan;
    }

    private static void assertHeavy(boolean heavy, String body) {
        for (int piece : new int[] {1, 2, 5, 10_000}) {
            assertEquals(heavy, scan(body, piece).heavy(5), piece + " " + body);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"ids\":[\"regex\",\"a\\\"$regex\",\"not_regex\"]}",
                "{\"where\":{\"k\":{\"$ne\":1}},\"limit\":1}",
                "{\"where_document\":{\"$contains\":\"$regexx $regex\"}}",
                "{\"query_embeddings\":[[0.1,2]],\"where_document\":{\"$not_contains\":\"a\"}}",
            })
    void ordinaryOnes(String body) {
        assertHeavy(false, body);
        assertEquals("", scan(body, 10_000).excess());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"where_document\":{\"$regex\":\"a\"}}",
                "{\"where_document\" : { \"$not_regex\" : \"a\" } }",
                "{\"where\":{\"#document\":{\"$regex\":\"a\"}}}",
                "{\"where_document\":{\"$and\":[{\"$contains\":\"a\"},{\"$regex\":\"b\"}]}}",
                "{\"where_document\":{\"\\u0024r\\u0065gex\":\"a\"}}",
            })
    void regularExpressions(String body) {
        assertHeavy(true, body);
        String large = body.replace("\"a\"", "\"\\\\w{1,65}\"").replace("\"b\"", "\"\\\\\\u0077{1,65}\"");
        for (int piece : new int[] {1, 3, 10_000}) {
            assertTrue(scan(large, piece).excess().contains("places"), piece + " " + large);
        }
    }

    @Test
    void longTextsAndManyTerms() {
        assertHeavy(true, "{\"where_document\":{\"$contains\":\"" + "a".repeat(FilterScan.HEAVY_BYTES + 1) + "\"}}");
        assertHeavy(false, "{\"ids\":[\"" + "a".repeat(FilterScan.HEAVY_BYTES + 1) + "\"]}");
        String filter = "{\"where\":{\"k\":{\"$ne\":1}}}";
        assertEquals(false, scan(filter, 100).heavy(FilterScan.HEAVY_OBJECTS));
        assertEquals(true, scan(filter, 100).heavy(FilterScan.HEAVY_OBJECTS + 1));
        assertEquals(false, scan("{}", 100).heavy(FilterScan.HEAVY_OBJECTS + 1));
    }

    @Test
    void expressionsOfAFilterCountTogether() {
        String one = "{\"$regex\":\"[a-z]{40}\"}";
        String three = "{\"where_document\":{\"$or\":[" + one + "," + one + "," + one + "]}}";
        assertEquals("", scan(three, 7).excess());
        assertTrue(scan(three.replace("[{", "[" + one + ",{"), 7).excess().contains("places"));
        String literal = "{\"where_document\":{\"$regex\":\"" + "a".repeat(FilterScan.REGEX_BYTES) + "\"}}";
        assertEquals("", scan(literal, 1_000).excess());
        assertTrue(scan(literal.replace("aa\"", "aaa\""), 1_000).excess().contains("bytes"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "hello world; 0",
                "hello|wor\\.ld; 0",
                "a+b; 1",
                "(?:abc)+; 3",
                "(?i)abc; 0",
                "(?P<name>abc){2}; 6",
                "(?<xx>abc){2}; 6",
                "\\w; 2",
                "[a-z]; 1",
                "[^a-z]; 2",
                "[]a]{3}; 3",
                "[^]a]{3}; 6",
                "[a[b-d]&&[^x]]{2}; 4",
                "[[:alpha:]]{2}; 2",
                "[[:^alpha:]]{2}; 4",
                "[\\w.-]{2}; 4",
                "[a\\]]{2}; 2",
                ".*; 1",
            })
    void sizesOfClasses(String regex, int size) {
        assertEquals(size, RegexSize.of(regex), regex);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "\\p{Greek}{3}; 6",
                "\\pL{3}; 6",
                "\\x{41}{3}; 3",
                "\\b{start}a; 0",
                "\\bab{3}; 3",
                "\\d{4}-\\d{2}-\\d{2}; 16",
                "\\d{2,}; 6",
                "a{ 2 , 5 }; 5",
                "a{,5}; 5",
                "a{x}; 0",
                "a{2; 0",
                "((a{1,10}){1,10}){1,10}; 1000",
                "a{10}{10}; 100",
                "(?:\\w+ ?){1,60}zzz; 180",
                "[a-z ]*a[a-z ]{100}[0-9]; 102",
                "\\w?\\w?\\w?; 6",
                "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+; 2",
                "(?x)a; 1000000",
                "(?ix:a); 1000000",
                "(((a{999999}){999999}){999999}){999999}; 1000000",
                "((a{2}; 2",
                "a{2}); 2",
                "\\; 0",
                "[; 1",
            })
    void sizes(String regex, int size) {
        assertEquals(size, RegexSize.of(regex), regex);
    }

    @Test
    void groupsInEachOther() {
        String deepest = "(".repeat(RegexSize.NESTING) + "a" + ")".repeat(RegexSize.NESTING);
        assertEquals(0, RegexSize.of(deepest));
        assertEquals(RegexSize.BEYOND, RegexSize.of("(" + deepest + ")"));
    }
}
