package org.chromaproxy.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ChromaReleaseTest {
    @Test
    void theCLibraryDecidesWhichReleaseRuns() {
        assertEquals(ChromaRelease.V1_3_4, ChromaRelease.newestOfNpm("2.39"));
        assertEquals(ChromaRelease.V1_3_4, ChromaRelease.newestOfNpm("3.0"));
        assertEquals(ChromaRelease.V1_0_5, ChromaRelease.newestOfNpm("2.36"));
        assertEquals(ChromaRelease.V1_0_5, ChromaRelease.newestOfNpm("2.34.9000"));
    }

    @Test
    void aSystemTooOldIsToldSo() {
        assertThrows(LocalServerException.class, () -> ChromaRelease.newestOfNpm("2.31"));
    }

    @Test
    void releasesAreInTheOrderInWhichDataMovesUp() {
        assertTrue(ChromaRelease.NEWEST.isNewerThan(ChromaRelease.V1_3_4));
        assertTrue(ChromaRelease.V1_3_4.isNewerThan(ChromaRelease.OLDEST));
        assertFalse(ChromaRelease.OLDEST.isNewerThan(ChromaRelease.OLDEST));
        assertEquals(ChromaRelease.NEWEST, ChromaRelease.of("1.5.9"));
    }

    @Test
    void aReleaseThatIsNotPinnedIsNotReplacedByAnother() {
        LocalServerException refused = assertThrows(LocalServerException.class, () -> ChromaRelease.of("1.5"));

        assertTrue(refused.toString().contains("1.0.5, 1.3.4, 1.5.9, or mixed"), refused.toString());
    }
}
