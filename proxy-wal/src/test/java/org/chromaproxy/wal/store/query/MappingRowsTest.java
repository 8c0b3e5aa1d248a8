package org.chromaproxy.wal.store.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.chromaproxy.wal.record.Mapping;
import org.junit.jupiter.api.Test;

class MappingRowsTest {
    private static final Mapping.Place PLACE = new Mapping.Place(new UUID(0, 9), Mapping.PlaceState.READY, "");

    private final List<Mapping> mappings = new ArrayList<>();
    private final MappingRows rows = new MappingRows(mappings::add);

    private static Mapping row(long id, String... instance) {
        Map<String, Mapping.Place> places = new LinkedHashMap<>();
        for (String each : instance) {
            places.put(each, PLACE);
        }
        return new Mapping(new UUID(0, id), new Mapping.Path("t", "d", "n"), 1, 0, Instant.EPOCH, places);
    }

    @Test
    void theRowsOfOneIdAreOneMapping() {
        rows.take(row(1, "primary"));
        rows.take(row(1, "replica"));
        rows.take(row(2));
        rows.take(row(3, "replica"));
        rows.end();

        assertEquals(List.of(row(1, "primary", "replica"), row(2), row(3, "replica")), mappings);
    }

    @Test
    void ofNoRowsThereIsNoMapping() {
        rows.end();

        assertEquals(List.of(), mappings);
    }
}
