package org.chromaproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

class ServerFaultTest {
    @Test
    void wordsOfADiskOrDatabaseTellOfTheServerInWhateverCase() {
        assertTrue(ServerFault.of(500, () -> "Database error: (code: 13) Database or disk is FULL"));
        assertFalse(ServerFault.of(500, () -> "list index out of range"));
    }

    @Test
    void otherStatusesAreNotReadAtAll() {
        assertFalse(ServerFault.of(400, () -> fail("its body is read")));
    }
}
