package org.chromaproxy.demo;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.chromaproxy.local.ChromaRelease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoReleasesTest {
    @TempDir
    private Path folder;

    @Test
    void anOlderServerIsNeverStartedOnNewerData() throws IOException {
        Path data = folder.resolve("primary");
        DemoReleases.record(data, ChromaRelease.NEWEST);
        written(data);

        DemoException refused =
                assertThrows(DemoException.class, () -> DemoReleases.record(data, ChromaRelease.OLDEST));

        assertTrue(refused.toString().contains("written by Chroma 1.5.9"), refused.toString());
        assertTrue(refused.toString().contains("--data"), refused.toString());
        assertEquals("1.5.9\n", Files.readString(folder.resolve("primary.release")), "the record stays");
    }

    @Test
    void dataMovesUpAndStaysThere() throws IOException {
        Path data = folder.resolve("primary");
        DemoReleases.record(data, ChromaRelease.OLDEST);
        written(data);

        DemoReleases.record(data, ChromaRelease.OLDEST);
        DemoReleases.record(data, ChromaRelease.NEWEST);

        assertThrows(DemoException.class, () -> DemoReleases.record(data, ChromaRelease.OLDEST));
    }

    @Test
    void dataWithoutARecordIsFromNpmsServer() throws IOException {
        Path data = folder.resolve("primary");
        written(data);

        assertDoesNotThrow(() -> DemoReleases.record(data, ChromaRelease.newestOfNpm()));
        assertDoesNotThrow(() -> DemoReleases.record(data, ChromaRelease.NEWEST));
    }

    @Test
    void aRecordWithoutDataBindsNobody() {
        Path data = folder.resolve("primary");
        DemoReleases.record(data, ChromaRelease.NEWEST);

        assertDoesNotThrow(() -> DemoReleases.record(data, ChromaRelease.OLDEST));
    }

    private static void written(Path data) throws IOException {
        Files.writeString(Files.createDirectories(data).resolve("chroma.sqlite3"), "");
    }
}
