package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.chromaproxy.wal.record.Change.Teller;
import org.junit.jupiter.api.Test;

class TellersTest {
    private final Tellers tellers = new Tellers(List.of(new Teller("primary", 10), new Teller("replica", 20)), "third");

    @Test
    void theFirstOneThatLedBehindARecordMayHaveToldOfIt() {
        assertEquals("primary", tellers.of(9));
        assertEquals("primary", tellers.of(10));
        assertEquals("replica", tellers.of(11));
        assertEquals("third", tellers.of(21));
    }

    @Test
    void whatHasItsOutcomeNeedsNoTeller() {
        assertEquals(List.of(), tellers.toKeep(30, 30));
        assertEquals(List.of(new Teller("third", 30)), tellers.toKeep(20, 30));
        assertEquals(List.of(new Teller("replica", 20), new Teller("third", 30)), tellers.toKeep(10, 30));
    }

    @Test
    void whatNobodyLoggedSinceHasNoFurtherTeller() {
        assertEquals(List.of(new Teller("replica", 20)), tellers.toKeep(15, 20));
        assertEquals(List.of(), new Tellers(List.of(), "primary").toKeep(5, 5));
    }

    @Test
    void theyAreReadAsTheyWereWritten() {
        List<Teller> two = List.of(new Teller("a name", 1), new Teller("b", 2));
        assertEquals(two, Teller.parse(Teller.format(two)));
        assertEquals(List.of(), Teller.parse(""));
    }
}
