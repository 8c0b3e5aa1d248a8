package org.chromaproxy.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GuideTest {
    /** Ports are chosen by the process id: one in twenty-five runs is given such ones. */
    @Test
    void aPortThatLooksLikeAnotherOneOfTheGuideIsLeftAsItIs() {
        Map<String, String> here = Map.of("8000", "18001", "8001", "18002", "8002", "18003");

        assertEquals("18001 18002 18003", Guide.asHere("8000 8001 8002", here));
    }
}
