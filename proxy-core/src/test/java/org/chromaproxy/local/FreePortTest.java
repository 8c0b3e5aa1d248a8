package org.chromaproxy.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {
    private static final int PER_PROCESS = 400;

    @Test
    void aRangeThatAnotherProcessHasIsPassedOver() throws IOException {
        try (ServerSocket one = FreePort.claim(7);
                ServerSocket other = FreePort.claim(7)) {
            int apart = Math.abs(other.getLocalPort() - one.getLocalPort());
            assertTrue(apart >= PER_PROCESS, one + " and " + other);
            assertEquals(0, apart % PER_PROCESS);
        }
    }

    @Test
    void portsAreOfOneRangeAndNotGivenTwiceSoon() {
        Set<Integer> given = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertTrue(given.add(FreePort.next()));
        }
        int lowest = given.stream().mapToInt(port -> port).min().orElseThrow();
        int highest = given.stream().mapToInt(port -> port).max().orElseThrow();
        assertTrue(highest - lowest < PER_PROCESS, lowest + " to " + highest);
    }

    @Test
    void aPortInUseIsNotGiven() throws IOException {
        int wanted = FreePort.next();
        try (ServerSocket taken = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            assertFalse(FreePort.atOrAfter(wanted) == taken.getLocalPort());
        }
    }
}
