package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of hostile connections against a proxy with default settings: the process lives within its memory, probes and the
 * honest client are answered throughout, and everything is free again soon after. {@code -Dattack.connections=5000
 * -Dattack.idle=20000} is the full size, {@code -Dattack.memory=270} the smallest proxy. What it was like is printed.
 */
class FloodIT {
    private static final int MEMORY_MB = Integer.getInteger("attack.memory", 400);
    private static final int IDLE = FloodBed.possible(Integer.getInteger("attack.idle", FloodBed.CONNECTIONS));

    @TempDir
    private static Path folder;

    private static FloodBed bed;

    @BeforeAll
    static void start() {
        assertTrue(
                FloodBed.possible(FloodBed.CONNECTIONS) == FloodBed.CONNECTIONS,
                "too few file descriptors: raise the limit (ulimit -n), or give fewer connections"
                        + " (-Dattack.connections=1000)");
        bed = new FloodBed(folder, MEMORY_MB, Optional.empty(), Map.of());
    }

    @AfterAll
    static void stop() {
        if (bed != null) {
            bed.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAttackFromOtherAddressesDisturbsNobody(FloodKind kind) throws Exception {
        int count = kind.count(FloodBed.CONNECTIONS);
        bed.flood(kind.name(), count, kind.client(bed), flood -> {
            if (kind == FloodKind.LARGE_BODIES_WITH_TOKEN) {
                bed.awaitAnswers(kind.name(), count, flood);
                assertTrue(flood.answered() > 0, "none was answered");
            }
        });
    }

    @Test
    void anAttackFromTheHonestClientsOwnAddressDoesNotEither() throws Exception {
        Flood.Client attacker = FloodKind.HALF_HEADS.client(bed);
        bed.flood("own address", FloodBed.CONNECTIONS, attacker, _ -> {}, FloodBed.HONEST_ADDRESS);
    }

    @Test
    void idleConnectionsAreAdmittedByDefault() throws Exception {
        Flood.Client idle = Flood.Client.sending("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
        bed.flood("idle", IDLE, idle, flood -> {
            bed.awaitAnswers("idle", IDLE, flood);
            JsonNode connections = bed.status().get("client_connections");
            assertTrue(connections.get("open").intValue() >= IDLE, connections.toString());
            assertEquals(IDLE, flood.answered());
            assertEquals(IDLE, flood.stillOpen(), connections.toString());
        });
    }
}
