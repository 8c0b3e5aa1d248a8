package org.chromaproxy.exchange.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What real servers (1.0.5, 1.5.9) made of these. */
class ListQueryTest {
    private static ListQuery query(String query) {
        return ListQuery.of("/collections" + query);
    }

    @Test
    void numbersOf32BitsAreTaken() {
        assertEquals(new ListQuery(ListQuery.ALL, 0), query(""));
        assertEquals(new ListQuery(0, 2), query("?limit=0&offset=2"));
        assertEquals(new ListQuery(2_147_483_648L, 0), query("?limit=2147483648"));
        assertEquals(new ListQuery(ListQuery.ALL, 4_294_967_295L), query("?offset=4294967295"));
        assertEquals(new ListQuery(1, 0), query("?limit=%31&unknown=x&LIMIT=7&=1&"));
        assertEquals(new ListQuery(1, 0), query("?lim%69t=00000000000001"));
        assertEquals(new ListQuery(1, 0), query("?limit=%2B1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=1&limit=2|duplicate field `limit`",
                "limit=1&lim%69t=2|duplicate field `limit`",
                "offset=0&offset=0|duplicate field `offset`",
                "limit=4294967296|limit: number too large to fit in target type",
                "offset=18446744073709551616|offset: number too large to fit in target type",
                "limit=-1|limit: invalid digit found in string",
                "limit=+1|limit: invalid digit found in string",
                "limit=1;offset=1|limit: invalid digit found in string",
                "limit=%|limit: invalid digit found in string",
                "limit=null|limit: invalid digit found in string",
                "limit=%2B|limit: invalid digit found in string",
                "limit|limit: cannot parse integer from empty string",
                "offset=|offset: cannot parse integer from empty string"
            })
    void whatChromaRefusesIsRefusedInItsWords(String text, String reason) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> query("?" + text));
        assertEquals("Failed to deserialize query string: " + reason, refusal.getMessage());
    }
}
