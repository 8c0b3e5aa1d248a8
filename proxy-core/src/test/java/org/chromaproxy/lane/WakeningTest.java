package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** Lanes that are in the log only, of collections each of which has one record there that the replica lacks. */
class WakeningTest {
    /** Lanes that are woken at a time on each instance. */
    private static final int PLACES = 64;

    private static final int COLLECTIONS = 2 * PLACES;

    private final LaneBed bed = new LaneBed();
    private final RestoredLanes restored = new RestoredLanes(bed.instances);
    private final LaneRegistry registry = new LaneRegistry(List.of(bed.io), bed.services(), restored);

    private static UUID id(long number) {
        return new UUID(1, number);
    }

    private void log(long collections) {
        LongStream.rangeClosed(1, collections).forEach(this::collection);
    }

    private void collection(long number) {
        UUID id = id(number);
        Mapping.Path path = new Mapping.Path("t", "d", "c" + number);
        Mapping.Place place = new Mapping.Place(new UUID(2, number), Mapping.PlaceState.READY, "");
        bed.catalog.put(new Mapping(id, path, 0, 0, Instant.EPOCH, Map.of("primary", place, "replica", place)));
        LogRecord record = record(number, number, "r" + number);
        restored.add(new Change.Cursor(id, "primary", number));
        registry.restore(id, new Backlog.Tail(1, record.bodyBytes(), number, bed.io.now()));
    }

    /** A delete in one of the collections, logged just now. */
    private LogRecord record(long lsn, long number, String deleted) {
        UUID id = id(number);
        Mapping.Path path = bed.catalog.known(id).orElseThrow().path();
        byte[] body = ("{\"ids\":[\"" + deleted + "\"]}").getBytes(StandardCharsets.UTF_8);
        NewRecord content = new NewRecord(
                OpKind.DELETE,
                new Subject(id, id, path.tenant(), path.database(), path.name(), ""),
                new WriteRequest("POST", ChromaPaths.records(path, id, "delete"), "application/json", body),
                Optional.empty());
        LogRecord record = new LogRecord(lsn, bed.io.now(), content, body.length);
        bed.log.append(record);
        return record;
    }

    private void start() {
        registry.start();
        bed.io.runDue();
    }

    /** What was applied is on the disks for certain, and time passes: lanes that nobody needs are let go of. */
    private void passTime() {
        bed.witness();
        bed.witness();
        bed.io.runFor(5_000);
    }

    private List<String> executed() {
        return bed.idsSentTo(bed.replica()).stream().sorted().toList();
    }

    private List<String> once(long collections) {
        return LongStream.rangeClosed(1, collections)
                .mapToObj(number -> "r" + number)
                .sorted()
                .toList();
    }

    @Test
    void aLaneThatIsInTheLogOnlyIsMadeCatchesUpAndIsLetGoOf() {
        log(1);
        assertEquals(1, bed.replica().pending().records());
        start();
        assertEquals(1, registry.inMemory());
        bed.io.only(bed.replica()).done();
        assertEquals(0, bed.replica().pending().records());
        passTime();
        assertEquals(0, registry.inMemory());
        assertEquals(List.of("r1"), executed());
        assertEquals(List.of(), restored.behind(bed.replica()));
    }

    @Test
    void aFewAreInMemoryAtATimeAndTheOthersFollowAsTheseAreDone() {
        log(COLLECTIONS);
        start();
        assertEquals(PLACES, registry.inMemory());
        bed.io.open().getFirst().done();
        assertEquals(PLACES + 1, registry.inMemory());
        bed.answerAll();
        assertEquals(once(COLLECTIONS), executed());
        assertEquals(0, bed.replica().pending().records());
        passTime();
        assertEquals(0, registry.inMemory());
    }

    @Test
    void lanesThatAreWokenAgainBeforeTheirTurnAreExecutedOnce() {
        log(COLLECTIONS);
        start();
        start();
        assertEquals(PLACES, registry.inMemory());
        bed.answerAll();
        assertEquals(once(COLLECTIONS), executed());
        assertEquals(0, bed.services().catchUp().turns(bed.replica()));
    }

    @Test
    void aServerThatIsLostKeepsNoPlacesAndNoLanes() {
        log(COLLECTIONS);
        start();
        List<VirtualIo.Sent> lost = bed.io.open();
        bed.replica().become(InstanceState.DOWN, "a test");
        bed.io.runDue();
        lost.forEach(VirtualIo.Sent::cut);
        bed.io.runFor(5_000);
        assertEquals(lost.size(), registry.inMemory(), "what is in doubt stays");
        assertEquals(COLLECTIONS, bed.replica().pending().records());
        bed.replica().become(InstanceState.UP, "");
        bed.io.runDue();
        bed.answerAll();
        bed.io.runFor(10_000);
        bed.answerAll();
        assertEquals(0, bed.replica().pending().records());
        assertEquals(once(COLLECTIONS), executed().stream().distinct().toList());
        assertEquals(COLLECTIONS + lost.size(), executed().size());
    }

    @Test
    void whatIsWrittenMeanwhileComesBehindWhatIsInTheLog() {
        log(1);
        start();
        Write write =
                Write.fresh(record(2, 1, "later"), new Footprint.Ids(List.of("later")), EmptyHttpHeaders.INSTANCE);
        registry.offer(write);
        bed.io.runDue();
        bed.io.only(bed.primary()).done();
        assertEquals(List.of("r1"), executed());
        bed.answerAll();
        assertEquals(List.of("r1", "later"), bed.idsSentTo(bed.replica()));
    }
}
