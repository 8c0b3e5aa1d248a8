package org.chromaproxy.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ChromaReleaseTest {
    @Test
    void theCLibraryDecidesWhichReleaseRuns() {
        assertEquals(ChromaRelease.CURRENT, ChromaRelease.fitting("2.39"));
        assertEquals(ChromaRelease.CURRENT, ChromaRelease.fitting("3.0"));
        assertEquals(ChromaRelease.FOR_OLDER_SYSTEMS, ChromaRelease.fitting("2.36"));
        assertEquals(ChromaRelease.FOR_OLDER_SYSTEMS, ChromaRelease.fitting("2.34.9000"));
    }

    @Test
    void aSystemTooOldIsToldSo() {
        assertThrows(LocalServerException.class, () -> ChromaRelease.fitting("2.31"));
    }
}
