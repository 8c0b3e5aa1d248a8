package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

/** Which ids are to be copied once more. */
class ReplayTest {
    private static final Footprint UNKNOWN = new Footprint.Everything("of a test");
    private static final int MOST = 20_000;

    private final LaneBed bed = new LaneBed();
    private final Lane lane = bed.lane();
    private final Replay replay = new Replay();

    private void applied(OpKind kind, String... ids) {
        replay.applied(lane, kind, new Footprint.Ids(List.of(ids)));
    }

    @Test
    void theIdsThatTheLaneTouchedAreToldOnce() {
        replay.track(lane);
        applied(OpKind.UPSERT, "a", "b");
        applied(OpKind.DELETE, "b", "c");
        assertEquals(Optional.of(Set.of("a", "b", "c")), replay.take());
        assertEquals(Optional.of(Set.of()), replay.take());
    }

    @Test
    void onlyTheLaneThatReplaysCountsAndOnlyUntilItIsTaken() {
        applied(OpKind.UPSERT, "before");
        replay.track(lane);
        replay.applied(bed.lane(), OpKind.UPSERT, new Footprint.Ids(List.of("another lane's")));
        applied(OpKind.UPSERT, "a");
        assertEquals(Optional.of(Set.of("a")), replay.take());
        applied(OpKind.UPSERT, "behind");
        assertEquals(Optional.of(Set.of()), replay.take());
    }

    @Test
    void trackingAnewForgetsWhatWasBefore() {
        replay.track(lane);
        applied(OpKind.UPSERT, "a");
        replay.applied(lane, OpKind.OTHER, UNKNOWN);
        replay.track(lane);
        applied(OpKind.UPSERT, "b");
        assertEquals(Optional.of(Set.of("b")), replay.take());
    }

    @Test
    void aWriteWhoseIdsAreNotKnownMayHaveTouchedAnything() {
        replay.track(lane);
        applied(OpKind.UPSERT, "a");
        replay.applied(lane, OpKind.UPSERT, UNKNOWN);
        assertTrue(replay.take().isEmpty());
    }

    @Test
    void aDeleteByFilterDeletesTheSameOnBothSides() {
        replay.track(lane);
        applied(OpKind.UPSERT, "a");
        replay.applied(lane, OpKind.DELETE, UNKNOWN);
        assertEquals(Optional.of(Set.of("a")), replay.take());
    }

    @Test
    void moreIdsThanAreRememberedAreToldAsUnknown() {
        replay.track(lane);
        List<String> many = IntStream.range(0, MOST).mapToObj(i -> "r" + i).toList();
        replay.applied(lane, OpKind.UPSERT, new Footprint.Ids(many));
        applied(OpKind.UPSERT, "r1");
        assertEquals(MOST, replay.take().orElseThrow().size());
        replay.track(lane);
        replay.applied(lane, OpKind.UPSERT, new Footprint.Ids(many));
        applied(OpKind.UPSERT, "one more");
        assertTrue(replay.take().isEmpty());
    }
}
