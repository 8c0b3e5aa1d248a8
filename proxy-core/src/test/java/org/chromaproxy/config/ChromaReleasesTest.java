package org.chromaproxy.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChromaReleasesTest {
    @Test
    void oneReleaseIsEveryServers() {
        ChromaReleases releases = ChromaReleases.of("1.0.5");

        assertEquals(Optional.of("1.0.5"), releases.ofServer(0));
        assertEquals(Optional.of("1.0.5"), releases.ofServer(1));
    }

    @Test
    void aMixedPairIsAnUpgradeThatHasReachedTheReplica() {
        ChromaReleases releases = ChromaReleases.of(" mixed ");

        assertEquals(Optional.of("1.0.5"), releases.ofServer(0));
        assertEquals(Optional.of("1.5.9"), releases.ofServer(1));
        assertEquals(Optional.of("1.0.5"), releases.ofServer(2));
        assertEquals(
                List.of("1.5.9", "1.0.5"), ChromaReleases.of("1.5.9, 1.0.5").servers());
    }

    @Test
    void withoutAWordNothingIsChosen() {
        assertEquals(Optional.empty(), ChromaReleases.of(Map.of()).ofServer(0));
        assertEquals(
                Optional.empty(),
                ChromaReleases.of(Map.of(ChromaReleases.VARIABLE, " ")).ofServer(1));
        assertEquals(
                Optional.of("1.0.5"),
                ChromaReleases.of(Map.of(ChromaReleases.VARIABLE, "1.0.5")).ofServer(0));
    }
}
