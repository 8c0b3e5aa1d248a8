package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadLoadTest {
    @Test
    void anInstanceIsBusyUntilTheLastOfItsReadsHasEnded() {
        ReadLoad load = new ReadLoad();
        assertFalse(load.heavy());

        load.begun();
        load.begun();
        load.ended();
        assertTrue(load.heavy());
        load.ended();
        assertFalse(load.heavy());
    }
}
