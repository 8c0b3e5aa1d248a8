package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReservedNamesTest {
    @Test
    void onlyTheBeginningOfANameIsReserved() {
        assertEquals(Optional.of(ReservedNames.DELETED), ReservedNames.prefixOf(ReservedNames.DELETED + "x"));
        assertEquals(Optional.of(ReservedNames.ASIDE), ReservedNames.prefixOf(ReservedNames.ASIDE));
        assertEquals(Optional.empty(), ReservedNames.prefixOf("my." + ReservedNames.DELETED));
        assertEquals(Optional.empty(), ReservedNames.prefixOf("chroma-proxy"));
    }
}
