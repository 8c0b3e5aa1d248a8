package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Test;

/** What is left of catalog records that every server failed, one of them perhaps after it had executed them. */
class GivenUpChangesTest {
    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;

    /** The primary may have executed it and goes away; the replica fails it until it is given up, and says this to reads. */
    private void giveUpWithoutThePrimary(Write write, String readsOnTheReplica) {
        io.only().cut();
        bed.down(bed.primary());
        for (int i = 0; i < 60 && !write.result().isDone(); i++) {
            bed.replica().writes().succeeded();
            for (VirtualIo.Sent each : io.open()) {
                String line = CatalogLaneBed.line(each);
                if (line.equals("GET d")) {
                    each.answer(200, "{\"name\":\"d\"}");
                } else if (line.startsWith("GET")) {
                    each.answer(200, readsOnTheReplica);
                } else {
                    each.fail();
                }
            }
            io.runFor(500);
        }
        assertEquals(500, write.result().resultNow().status());
        bed.up(bed.primary());
        io.runFor(100);
    }

    /** Every server fails it until it is given up, and says to reads that the collection is there. */
    private void failEverywhere(Write write) {
        for (int i = 0; i < 60 && !write.result().isDone(); i++) {
            bed.lanes.instances.forEach(each -> each.writes().succeeded());
            for (VirtualIo.Sent each : io.open()) {
                if (CatalogLaneBed.line(each).startsWith("GET")) {
                    each.answer(200, CatalogLaneBed.shown(each.instance, "aaa"));
                } else {
                    each.fail();
                }
            }
            io.runFor(500);
        }
        assertEquals(500, write.result().resultNow().status());
        io.runFor(1_000);
    }

    /** By its id: what its name is there depends on where the lane stands. */
    private VirtualIo.Sent count() {
        return bed.open(bed.primary(), "GET d/collections/" + CatalogLaneBed.on(bed.primary(), "aaa") + "/count");
    }

    private VirtualIo.Sent hidden() {
        String name = Purges.hidden(bed.named("aaa").orElseThrow()).name();
        return bed.open(bed.primary(), "GET d/collections/" + name);
    }

    private PlaceState state(String name) {
        return bed.named(name).orElseThrow().place(bed.primary()).orElseThrow().state();
    }

    @Test
    void oneThatHadExecutedADeletionThatWasGivenUpHasDiverged() {
        bed.put("aaa");
        giveUpWithoutThePrimary(bed.delete("aaa"), CatalogLaneBed.shown(bed.replica(), "aaa"));
        count().answer(404, CatalogLaneBed.MISSING);
        io.runFor(100);
        assertEquals(PlaceState.DIVERGED, state("aaa"));
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    @Test
    void oneThatHadNotExecutedItPassesIt() {
        bed.put("aaa");
        giveUpWithoutThePrimary(bed.delete("aaa"), CatalogLaneBed.shown(bed.replica(), "aaa"));
        count().answer(200, "0");
        hidden().answer(404, CatalogLaneBed.MISSING);
        io.runFor(100);
        assertEquals(PlaceState.READY, state("aaa"));
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    /** What has records with arrays is not deleted at once, but renamed. */
    @Test
    void oneThatHadPutItAsideHasDiverged() {
        bed.put("aaa");
        bed.catalog.purges().flat(bed.id("aaa"), false);
        giveUpWithoutThePrimary(bed.delete("aaa"), CatalogLaneBed.shown(bed.replica(), "aaa"));
        count().answer(200, "0");
        hidden().answer(200, CatalogLaneBed.shown(bed.primary(), "aaa"));
        io.runFor(100);
        assertEquals(PlaceState.DIVERGED, state("aaa"));
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    @Test
    void oneThatMayHaveExecutedAModificationIsCompared() {
        bed.put("aaa");
        giveUpWithoutThePrimary(bed.modify("aaa"), CatalogLaneBed.shown(bed.replica(), "aaa"));
        count().answer(200, "0");
        io.runFor(100);
        assertEquals(PlaceState.UNVERIFIED, state("aaa"));
    }

    @Test
    void ofADatabaseThatIsGoneThereAllCollectionsHaveDiverged() {
        bed.put("aaa");
        bed.put("bbb");
        Write delete = bed.deleteDatabase();
        io.only().answer(200, "{\"name\":\"d\"}");
        io.only().answer(200, "2");
        giveUpWithoutThePrimary(delete, "2");
        bed.open(bed.primary(), "GET d").answer(404, CatalogLaneBed.MISSING);
        io.runFor(100);
        assertEquals(PlaceState.DIVERGED, state("aaa"));
        assertEquals(PlaceState.DIVERGED, state("bbb"));
    }

    @Test
    void aDeletionThatNobodyExecutedDoesNotCountAsDone() {
        bed.log.hold();
        bed.create("aaa");
        bed.done(bed.primary());
        Write delete = bed.delete("aaa");
        bed.log.release();
        io.runDue();
        bed.done(bed.replica());
        failEverywhere(delete);
        assertTrue(bed.named("aaa").isPresent());
    }

    @Test
    void aCollectionThatWasPutAsideThoughNobodySaidSoIsDeletedAndPurged() {
        bed.put("aaa");
        bed.catalog.purges().flat(bed.id("aaa"), false);
        Write delete = bed.delete("aaa");
        bed.failWrites();
        bed.open(bed.replica(), "GET d/collections/aaa").answer(404, CatalogLaneBed.MISSING);
        bed.open(bed.primary(), "GET d/collections/aaa").answer(404, CatalogLaneBed.MISSING);
        io.runFor(1_000);
        assertEquals(200, delete.result().resultNow().status());
        assertTrue(bed.named("aaa").isEmpty());
        assertEquals(1, bed.catalog.purges().of(bed.group.leader().instance).size());
    }

    @Test
    void aCreateOfADatabaseThatFailsEverywhereIsGivenUp() {
        Write create = bed.createDatabase("e");
        for (int i = 0; i < 120 && !create.result().isDone(); i++) {
            bed.lanes.instances.forEach(each -> each.writes().succeeded());
            for (VirtualIo.Sent each : io.open()) {
                String line = CatalogLaneBed.line(each);
                if (line.startsWith("GET")) {
                    assertFalse(line.endsWith("/"), line);
                    each.answer(404, CatalogLaneBed.MISSING);
                } else {
                    each.fail();
                }
            }
            io.runFor(1_000);
        }
        assertEquals(500, create.result().resultNow().status());
    }

    @Test
    void whatIsLeftOfADatabaseThatCouldNotBeDeletedIsPurged() {
        bed.put("aaa");
        bed.catalog.purges().flat(bed.id("aaa"), false);
        bed.log.makeRoom();
        Write delete = bed.deleteDatabase();
        for (int i = 0;
                i < 60 && (bed.group.lane(0).head() != null || bed.group.lane(1).head() != null);
                i++) {
            bed.lanes.instances.forEach(each -> each.writes().succeeded());
            for (VirtualIo.Sent each : io.open()) {
                switch (CatalogLaneBed.line(each).replaceAll(".*/get", "get")) {
                    case "get" -> each.answer(200, "{\"ids\":[],\"metadatas\":[]}");
                    case "DELETE d" -> each.fail();
                    case "GET d" -> each.answer(200, "{\"name\":\"d\"}");
                    default -> each.answer(200, "1");
                }
            }
            io.runFor(500);
        }
        assertEquals(500, delete.result().resultNow().status());
        assertTrue(bed.named("aaa").isEmpty());
        assertEquals(1, bed.catalog.purges().of(bed.primary()).size());
        assertEquals(1, bed.catalog.purges().of(bed.replica()).size());
    }

    /** They were read and compared when it was given up: nothing is left to be found out. */
    @Test
    void aModificationThatEveryServerFailsTakesNoneOut() {
        bed.put("aaa");
        failEverywhere(bed.modify("aaa"));
        for (Instance instance : List.of(bed.primary(), bed.replica())) {
            assertEquals(
                    CatalogLaneBed.ready(instance, "aaa"),
                    bed.place("aaa", instance).orElseThrow());
        }
        assertEquals(1, bed.group.lane(0).cursor.applied());
        assertEquals(1, bed.group.lane(1).cursor.applied());
    }

    /** What is read then does not hold the configuration. */
    @Test
    void aConfigurationThatEveryServerFailsIsComparedOnTheFollower() {
        bed.put("aaa");
        failEverywhere(bed.configure("aaa"));
        Instance leader = bed.group.leader().instance;
        Instance follower = leader == bed.primary() ? bed.replica() : bed.primary();
        bed.open(follower, "GET d/collections/" + CatalogLaneBed.on(follower, "aaa") + "/count")
                .answer(200, "0");
        io.runFor(100);
        assertEquals(PlaceState.READY, bed.place("aaa", leader).orElseThrow().state());
        assertEquals(
                PlaceState.UNVERIFIED, bed.place("aaa", follower).orElseThrow().state());
    }
}
