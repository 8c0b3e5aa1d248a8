package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.capability.Capabilities;
import org.junit.jupiter.api.Test;

class LackedRoutesTest {
    private static final int MOST = 64;
    private static final String ROUTE = "POST /fork";

    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final LackedRoutes lacked = new LackedRoutes(List.of(instance));

    @Test
    void whatAServerHasNoRouteForIsAnsweredAsItAnswered() {
        lacked.note(ROUTE, 404);

        assertEquals(Optional.of(404), lacked.status(ROUTE));
        assertEquals(Optional.empty(), lacked.status("POST /search"));
    }

    @Test
    void aServerThatShowsOtherCapabilitiesIsAskedAgain() {
        lacked.note(ROUTE, 405);
        instance.capabilities(new Capabilities(Set.of("/fork"), Set.of(), Set.of()));

        assertEquals(Optional.empty(), lacked.status(ROUTE));
    }

    @Test
    void noMoreThanAFewAreRemembered() {
        for (int i = 0; i <= MOST; i++) {
            lacked.note("POST /" + i, 404);
        }

        assertEquals(Optional.of(404), lacked.status("POST /" + (MOST - 1)));
        assertEquals(Optional.empty(), lacked.status("POST /" + MOST));
    }
}
