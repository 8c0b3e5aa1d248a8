package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogBed.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes side by side in the catalog, what waits, and what a crash between execution and commit leaves. */
@Timeout(120)
class CatalogLanesTest {
    private static final List<String> NAMES = List.of("aaa", "bbb", "ccc");

    private final CatalogBed bed;

    CatalogLanesTest() throws IOException {
        bed = new CatalogBed();
    }

    @AfterEach
    void close() {
        bed.close();
    }

    private List<Write> create(List<String> names) {
        return names.stream().map(bed::create).toList();
    }

    private static int status(Write write) {
        until(write.result()::isDone);
        return write.result().join().status();
    }

    /** Both servers and the catalog hold these, each under the ids that the catalog tells, and nothing else. */
    private void assertWhole(Set<String> names) {
        until(bed::settled);
        assertEquals(names, bed.names());
        for (NamedServer server : List.of(bed.primary, bed.replica)) {
            int index = server == bed.primary ? 0 : 1;
            Map<String, UUID> there = server.collections();
            assertEquals(names, there.keySet());
            for (String name : names) {
                CollectionEntry entry = bed.named(name).orElseThrow();
                Place place = entry.place(bed.instance(index)).orElseThrow();
                assertEquals(
                        new Place(Objects.requireNonNull(there.get(name)), PlaceState.READY, ""),
                        place,
                        name + " on " + index);
            }
        }
    }

    private int at(String event) {
        int at = bed.events.indexOf(event);
        assertTrue(at >= 0, event + " in " + bed.events);
        return at;
    }

    @Test
    void createsOfOtherNamesAreExecutedBeforeTheFirstIsDurableAndAnsweredOnlyAfterThat() {
        bed.log.hold();
        List<Write> creates = create(NAMES);
        until(() -> bed.primary.collections().size() == 3);
        assertTrue(creates.stream().noneMatch(each -> each.result().isDone()));
        assertTrue(bed.replica.collections().isEmpty());
        assertEquals(Set.of(), bed.names());
        bed.log.release();
        creates.forEach(each -> assertEquals(200, status(each)));
        assertWhole(Set.copyOf(NAMES));
    }

    @Test
    void whatIsExecutedMeanwhileIsCommittedTogetherOneTransactionAtATime() {
        bed.log.hold();
        create(NAMES);
        until(() -> bed.primary.collections().size() == 3);
        assertEquals(1, bed.log.waiting());
        bed.log.commitNext();
        until(() -> bed.log.cursor(Subject.CATALOG, "primary") == 1 && bed.log.waiting() > 0);
        bed.log.release();
        assertWhole(Set.copyOf(NAMES));
        assertTrue(at("commit bbb") < at("commit ccc"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void createsThatTheLeaderExecutedAreFoundAgainAfterACrash(int count) {
        List<String> names = NAMES.subList(0, count);
        bed.log.hold();
        create(names);
        until(() -> bed.primary.collections().size() == count);
        Map<String, UUID> made = bed.primary.collections();
        bed.crash();
        bed.start();
        assertWhole(Set.copyOf(names));
        assertEquals(made, bed.primary.collections());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void createsThatTheFollowerExecutedAreFoundAgainAfterACrash(int count) {
        List<String> names = NAMES.subList(0, count);
        bed.replica.shut();
        create(names);
        until(() -> bed.names().size() == count);
        bed.log.hold();
        bed.replica.open();
        until(() -> bed.replica.collections().size() == count);
        Map<String, UUID> made = bed.replica.collections();
        bed.crash();
        bed.start();
        assertWhole(Set.copyOf(names));
        assertEquals(made, bed.replica.collections());
    }

    @Test
    void aCrashBetweenTwoTransactionsAppliesOnlyTheSecondAgain() {
        bed.log.hold();
        create(NAMES);
        until(() -> bed.primary.collections().size() == 3);
        Map<String, UUID> made = bed.primary.collections();
        bed.log.commitNext();
        bed.crash();
        assertEquals(1, bed.log.cursor(Subject.CATALOG, "primary"));
        bed.start();
        assertWhole(Set.copyOf(NAMES));
        assertEquals(made, bed.primary.collections());
        assertFalse(bed.events.contains("primary POST aaa"), bed.events::toString);
    }

    @Test
    void aDeleteOfANameWaitsUntilItsCreateIsDurable() {
        bed.log.hold();
        create(NAMES);
        Write delete = bed.delete("bbb");
        until(() -> bed.primary.collections().size() == 3);
        bed.log.release();
        assertEquals(200, status(delete));
        assertWhole(Set.of("aaa", "ccc"));
        assertTrue(at("commit bbb") < at("primary DELETE bbb"));
    }

    @Test
    void aCreateAndTheDeleteOfItsNameAreAppliedInTheirOrderAfterACrash() {
        bed.log.hold();
        create(NAMES);
        bed.delete("bbb");
        until(() -> bed.primary.collections().size() == 3);
        bed.crash();
        bed.start();
        assertWhole(Set.of("aaa", "ccc"));
    }

    @Test
    void aDeleteThatWasExecutedIsNotTakenForARefusalAfterACrash() {
        create(NAMES).forEach(CatalogLanesTest::status);
        until(bed::settled);
        bed.log.hold();
        bed.delete("aaa");
        bed.delete("bbb");
        bed.create("ddd");
        until(() -> bed.primary.collections().keySet().equals(Set.of("ccc", "ddd")));
        assertEquals(Set.copyOf(NAMES), bed.names());
        bed.crash();
        bed.start();
        assertWhole(Set.of("ccc", "ddd"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRenameOntoANameJustFreedWaitsForTheDelete(boolean crash) {
        create(NAMES).forEach(CatalogLanesTest::status);
        until(bed::settled);
        UUID id = bed.named("bbb").orElseThrow().publicId();
        bed.events.clear();
        bed.log.hold();
        bed.delete("aaa");
        bed.rename("bbb", "aaa");
        until(() -> bed.events.contains("primary DELETE aaa"));
        if (crash) {
            bed.crash();
            bed.start();
        } else {
            bed.log.release();
        }
        assertWhole(Set.of("aaa", "ccc"));
        assertEquals(id, bed.named("aaa").orElseThrow().publicId());
        assertTrue(at("commit aaa") < at("primary PUT bbb aaa"));
    }

    @Test
    void aCreateOfTheNameThatARenameFreesWaitsForTheRename() {
        create(NAMES).forEach(CatalogLanesTest::status);
        until(bed::settled);
        UUID id = bed.named("aaa").orElseThrow().publicId();
        bed.log.hold();
        bed.rename("aaa", "ddd");
        Write create = bed.create("aaa");
        until(() -> bed.events.contains("primary PUT aaa ddd"));
        bed.log.release();
        assertEquals(200, status(create));
        assertWhole(Set.of("aaa", "bbb", "ccc", "ddd"));
        assertEquals(id, bed.named("ddd").orElseThrow().publicId());
        assertTrue(at("commit ddd") < bed.events.lastIndexOf("primary POST aaa"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theDeleteOfADatabaseWaitsForTheCreatesInIt(boolean crash) {
        bed.log.hold();
        create(NAMES);
        Write delete = bed.deleteDatabase();
        until(() -> bed.primary.collections().size() == 3);
        if (crash) {
            bed.crash();
            bed.start();
        } else {
            bed.log.release();
            assertEquals(200, status(delete));
        }
        until(bed::settled);
        assertEquals(Set.of(), bed.names());
        assertFalse(bed.primary.hasDatabase());
        assertFalse(bed.replica.hasDatabase());
        assertTrue(at("commit ccc") < at("primary DELETE database d"));
    }

    @Test
    void whatTheLogRefusesIsExecutedAgainAndNoCursorPassesIt() {
        bed.log.hold();
        List<Write> creates = create(NAMES);
        until(() -> bed.primary.collections().size() == 3);
        Map<String, UUID> made = bed.primary.collections();
        List<Long> cursors = new ArrayList<>();
        bed.log.commitNext();
        until(() -> bed.log.waiting() > 0);
        bed.log.refuseNext(changes -> {
            cursors.add(bed.log.cursor(Subject.CATALOG, "primary"));
            return changes.stream()
                    .anyMatch(change -> change instanceof Change.PutMapping put
                            && put.mapping().path().name().equals("bbb"));
        });
        bed.log.release();
        creates.forEach(each -> assertEquals(200, status(each)));
        assertWhole(Set.copyOf(NAMES));
        assertEquals(made, bed.primary.collections());
        assertEquals(1, cursors.getLast());
        assertTrue(at("refuse") < at("commit bbb"));
        assertTrue(at("commit bbb") < at("commit ccc"));
    }

    @Test
    void aRefusedRecordIsPassedOnlyBehindWhatWasExecutedBeforeIt() {
        bed.log.hold();
        bed.create("aaa");
        until(() -> bed.log.waiting() == 1);
        bed.create("bbb");
        until(() -> bed.primary.collections().size() == 2);
        Write refused = bed.create("x");
        until(() -> bed.log.waiting() == 2);
        bed.log.commitNext();
        bed.log.commitNext();
        assertEquals(400, status(refused));
        bed.passLoop();
        assertEquals(1, bed.applied(0));
        bed.log.release();
        assertWhole(Set.of("aaa", "bbb"));
        assertEquals(3, bed.applied(0));
    }

    @Test
    void anotherLeadsOnlyOnceWhatThisOneExecutedIsDurable() {
        bed.log.hold();
        List<Write> creates = create(NAMES);
        // It is sent when the others are answered.
        Write later = bed.create("ddd");
        until(() -> bed.primary.collections().size() == 4);
        bed.instance(0).become(InstanceState.DOWN, "a test");
        Write last = bed.create("eee");
        bed.log.release();
        creates.forEach(each -> assertEquals(200, status(each)));
        assertEquals(200, status(later));
        assertEquals(200, status(last));
        assertTrue(at("commit ccc") < at("lead replica"), bed.events::toString);
        bed.instance(0).become(InstanceState.UP, "");
        assertWhole(Set.of("aaa", "bbb", "ccc", "ddd", "eee"));
    }
}
