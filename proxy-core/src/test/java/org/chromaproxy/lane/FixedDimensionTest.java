package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogBed.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A refused write fixed a collection's dimension on its leader: the followers are told by a record. */
@Timeout(120)
class FixedDimensionTest {
    private final CatalogBed bed;

    FixedDimensionTest() throws IOException {
        bed = new CatalogBed();
    }

    @AfterEach
    void close() {
        bed.close();
    }

    @Test
    void theFollowersAreToldThoughTheLogsQueueIsFullAtFirst() {
        bed.create("aaa");
        until(bed::settled);
        bed.primary.refuse();
        bed.primary.fixDimension(3);
        Write add = bed.add("aaa");
        until(add.result()::isDone);
        assertEquals(400, add.result().join().status());
        until(() -> bed.log.turnedAway() > 0);
        bed.log.makeRoom();
        until(() -> !bed.log.appended().isEmpty());
        NewRecord told = bed.log.appended().getFirst();
        assertEquals(OpKind.UPDATE, told.kind());
        String body = new String(told.request().body(), StandardCharsets.UTF_8);
        assertEquals("{\"ids\":[\"chroma-proxy:dimension\"],\"embeddings\":[[0,0,0]]}", body);
    }
}
