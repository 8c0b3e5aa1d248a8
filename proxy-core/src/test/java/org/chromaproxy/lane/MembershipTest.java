package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.lane.Membership.Stillness;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** Instances that leave all lanes, and join those of the catalog again. */
class MembershipTest {
    private final LaneBed bed = new LaneBed();
    private final RestoredLanes restored = new RestoredLanes(bed.instances);
    private final LaneRegistry registry = new LaneRegistry(List.of(bed.io), bed.services(), restored);
    private final Membership membership = registry.membership();
    /** Of the catalog's records; those of the collection have others. */
    private long lsn = 1_000;

    private <T> T now(CompletableFuture<T> step) {
        bed.io.runDue();
        assertTrue(step.isDone());
        return step.join();
    }

    private Write offer(Write write) {
        registry.offer(write);
        bed.io.runDue();
        return write;
    }

    /** A database is created. */
    private Write create(String database) {
        byte[] body = ("{\"name\":\"" + database + "\"}").getBytes(StandardCharsets.UTF_8);
        NewRecord content = new NewRecord(
                OpKind.CREATE_DATABASE,
                new Subject(Subject.CATALOG, Subject.CATALOG, "t", database, "", ""),
                new WriteRequest("POST", ChromaPaths.databases("t"), "application/json", body),
                Optional.empty());
        lsn++;
        LogRecord record = new LogRecord(lsn, bed.io.now(), content, body.length);
        bed.log.append(record);
        return offer(Write.fresh(record, new Footprint.Everything("of a test"), EmptyHttpHeaders.INSTANCE));
    }

    private List<String> created(int instance) {
        return bed.io.sent().stream()
                .filter(each -> each.instance.index() == instance)
                .map(each -> each.body().replaceAll(".*:\"(.*)\".*", "$1"))
                .toList();
    }

    private void leave(int instance) {
        membership.leave(bed.instances.get(instance)).forEach(this::now);
    }

    private Stillness still() {
        return now(membership.freeze()).orElseThrow();
    }

    @Test
    void nothingWaitsForAnInstanceThatLeaves() {
        offer(bed.delete("a"));
        bed.io.only(bed.primary()).done();
        offer(bed.delete("b"));
        assertEquals(2, bed.replica().pending().records());
        leave(1);
        assertTrue(bed.replica().letGo());
        assertEquals(0, bed.replica().pending().records());
        assertEquals(0, bed.replica().pending().bytes());
        bed.answerAll();
        offer(bed.delete("c"));
        bed.answerAll();
        create("e");
        bed.answerAll();
        assertEquals(List.of("a"), bed.idsSentTo(bed.replica()));
        leave(1);
        assertEquals(0, bed.replica().pending().records());
    }

    @Test
    void whatIsInTheLogOnlyIsNotKeptForItEither() {
        bed.delete("a");
        restored.add(new Change.Cursor(bed.id, "primary", 1));
        restored.add(new Change.Cursor(bed.id, "replica", 0));
        registry.restore(bed.id, new Backlog.Tail(1, 13, 1, bed.io.now()));
        assertEquals(1, restored.oldestPending());
        leave(1);
        assertEquals(0, bed.replica().pending().records());
        assertEquals(Long.MAX_VALUE, restored.oldestPending());
        registry.start();
        bed.io.runDue();
        assertEquals(List.of(), bed.io.sent());
    }

    @Test
    void whatItLedAnotherDecides() {
        Write write = offer(bed.delete("a"));
        Write created = create("e");
        List<VirtualIo.Sent> late = bed.io.open();
        leave(0);
        assertEquals(List.of("lead replica", "lead replica"), bed.events);
        assertEquals(List.of("a"), bed.idsSentTo(bed.replica()).subList(0, 1));
        late.forEach(VirtualIo.Sent::done);
        assertFalse(write.result().isDone(), "it is not the leader any more");
        bed.answerAll();
        assertEquals(200, write.result().join().status());
        assertEquals(200, created.result().join().status());
        assertEquals(0, bed.primary().pending().records());
        assertEquals(0, bed.replica().pending().records());
    }

    @Test
    void aHoldDoesNotOutliveTheMembership() {
        CopyLanes copy = registry.copying(bed.id).orElseThrow();
        now(copy.hold(bed.replica()));
        offer(bed.delete("a"));
        bed.answerAll();
        assertEquals(1, bed.replica().pending().records());
        leave(1);
        assertEquals(0, bed.replica().pending().records());
        Lane lane = registry.standing(bed.id).orElseThrow().lane(1);
        assertFalse(lane.held());
        assertTrue(lane.detached());
    }

    @Test
    void theCatalogStandsStillUntilItIsThawed() {
        create("e");
        bed.answerAll();
        Stillness still = still();
        assertEquals(new Stillness(0, 1_001), still);
        create("f");
        assertEquals(List.of(), bed.io.open());
        now(membership.thaw(still));
        bed.answerAll();
        assertEquals(List.of("e", "f"), created(0));
        assertEquals(List.of("e", "f"), created(1));
    }

    @Test
    void itIsNotStoppedWhileItHasSomethingToDoOrIsStoppedAlready() {
        create("e");
        assertEquals(Optional.empty(), now(membership.freeze()));
        bed.io.only(bed.primary()).done();
        Stillness still = still();
        assertEquals(Optional.empty(), now(membership.freeze()));
        now(membership.thaw(still));
        assertTrue(now(membership.freeze()).isPresent());
    }

    @Test
    void itIsNotStoppedWhereItsLeaderIsAway() {
        bed.primary().become(InstanceState.DOWN, "a test");
        bed.io.runDue();
        assertEquals(Optional.empty(), now(membership.freeze()));
    }

    @Test
    void oneThatJoinsIsSentWhatIsLoggedFromTheStandstillOn() {
        leave(1);
        create("before");
        bed.answerAll();
        Stillness still = still();
        create("meanwhile");
        assertTrue(now(membership.join(bed.replica(), still)));
        assertFalse(bed.replica().letGo());
        create("behind");
        now(membership.thaw(still));
        bed.answerAll();
        assertEquals(List.of("before", "meanwhile", "behind"), created(0));
        assertEquals(List.of("meanwhile", "behind"), created(1));
        assertEquals(0, bed.replica().pending().records());
        assertEquals(1_003, bed.catalog.gate().applied(1));
        assertEquals(1_003, bed.log.cursor(Subject.CATALOG, "replica"));
    }

    @Test
    void noneJoinsWhereTheCatalogHasGoneOn() {
        leave(1);
        Stillness still = still();
        now(membership.thaw(still));
        create("e");
        bed.answerAll();
        assertFalse(now(membership.join(bed.replica(), still)));
        assertTrue(bed.replica().letGo());
        create("f");
        bed.answerAll();
        assertEquals(List.of(), created(1));
    }

    @Test
    void noneJoinsWhereAnotherLeadsByNow() {
        LaneBed three = new LaneBed("first", "second", "third");
        LaneRegistry lanes = new LaneRegistry(List.of(three.io), three.services(), new RestoredLanes(three.instances));
        Membership members = lanes.membership();
        members.leave(three.instances.get(2));
        CompletableFuture<Optional<Stillness>> frozen = members.freeze();
        three.io.runDue();
        Stillness still = frozen.join().orElseThrow();
        members.leave(three.instances.get(0));
        three.io.runDue();
        assertEquals(1, three.catalog.gate().leader());
        CompletableFuture<Boolean> joined = members.join(three.instances.get(2), still);
        three.io.runDue();
        assertFalse(joined.join());
    }
}
