package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LoggedBytesTest {
    private static final long MOST = 3_200;
    private static final long PARCEL = MOST / 32;

    private final LoggedBytes logged = new LoggedBytes();

    @Test
    void aParcelIsGivenBackWhenTheLastOfItIsApplied() {
        logged.add(1, PARCEL / 2, MOST);
        logged.add(2, PARCEL / 2, MOST);
        logged.add(3, 7, MOST);
        assertEquals(PARCEL + 7, logged.bytes());

        logged.passed(1);
        assertEquals(PARCEL + 7, logged.bytes());
        logged.passed(2);
        assertEquals(7, logged.bytes());
        logged.passed(9);
        assertEquals(0, logged.bytes());
    }

    @Test
    void withoutABoundParcelsAreLimitedAllTheSame() {
        logged.add(1, 64L << 20, 0);
        logged.add(2, 1, 0);

        logged.passed(1);
        assertEquals(1, logged.bytes());
    }
}
