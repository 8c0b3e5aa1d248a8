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
 * What {@link FloodIT} does without a token, with the least memory that may be given, and fewer places than connections that
 * come. What does not hold there is in SECURITY.md.
 */
class SmallFloodIT {
    private static final int MEMORY_MB = 270;
    private static final int PLACES = FloodBed.CONNECTIONS / 5 * 4;

    @TempDir
    private static Path folder;

    private static FloodBed bed;

    @BeforeAll
    static void start() {
        bed = new FloodBed(folder, MEMORY_MB, Optional.empty(), Map.of("MAX_CONNECTIONS", Integer.toString(PLACES)));
    }

    @AfterAll
    static void stop() {
        if (bed != null) {
            bed.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HALF_HEADS", "MEGABYTES_TO_OPEN_ENDPOINTS"})
    void anAttackDisturbsNobody(FloodKind kind) throws Exception {
        bed.flood(kind.name(), kind.count(FloodBed.CONNECTIONS), kind.client(bed), _ -> {});
    }

    @Test
    void connectionsBeyondTheBoundGiveWayToOthers() throws Exception {
        long before = gaveWay();
        bed.flood("beyond the bound", FloodBed.CONNECTIONS, FloodKind.NOTHING.client(bed), _ -> {
            JsonNode connections = bed.status().get("client_connections");
            assertTrue(connections.get("open").intValue() <= PLACES, connections.toString());
            assertEquals(PLACES, connections.get("limit").intValue());
        });
        assertTrue(gaveWay() > before, "none gave way, or was let ask for the probes alone");
    }

    private static long gaveWay() {
        JsonNode connections = bed.status().get("client_connections");
        return connections.get("shed").longValue()
                + connections.get("probes_only_total").longValue();
    }
}
