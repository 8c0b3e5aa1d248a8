package org.chromaproxy.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StorableTextTest {
    private static final String NUL = "a\0b";
    private static final String HALF = "a" + Character.MIN_HIGH_SURROGATE + "b";
    private static final String WHOLE = "a\uD83D\uDE00b";

    @Test
    void postgresqlTakesNeitherNulNorHalfASurrogatePair() {
        assertTrue(StorableText.isStorable(WHOLE));
        assertFalse(StorableText.isStorable(NUL));
        assertFalse(StorableText.isStorable(HALF));
    }

    @Test
    void whatCannotBeStoredIsReplacedCharacterByCharacter() {
        assertSame(WHOLE, StorableText.replaceUnstorable(WHOLE));
        assertEquals("a\uFFFDb", StorableText.replaceUnstorable(NUL));
        assertEquals("a\uFFFDb\uD83D\uDE00", StorableText.replaceUnstorable(HALF + "\uD83D\uDE00"));
    }
}
