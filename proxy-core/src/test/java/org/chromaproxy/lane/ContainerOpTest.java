package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.TAKEN;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.chromaproxy.lane.CatalogLaneBed.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.junit.jupiter.api.Test;

class ContainerOpTest {
    private static final String CREATE = "POST /api/v2/tenants/t/databases";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();

    @Test
    void aDatabaseIsMadeOnEveryServerAsItWasAskedFor() {
        Write create = bed.createDatabase("e");
        assertEquals(CREATE, bed.asked(primary));
        assertEquals("{\"name\":\"e\"}", io.only().body());
        bed.done(primary);
        assertEquals(CREATE, bed.asked(replica));
        assertEquals("{\"name\":\"e\"}", io.only().body());
        bed.done(replica);
        assertEquals(200, status(create));
    }

    @Test
    void aTenantIsChangedOnEveryServerAsItWasAskedFor() {
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, "t", "", "", "");
        Write change = bed.offer(bed.logged(OpKind.MODIFY_TENANT, subject, "PATCH", "/api/v2/tenants/t", "{}"));
        assertEquals("PATCH /api/v2/tenants/t", bed.asked(primary));
        bed.done(primary);
        assertEquals("PATCH /api/v2/tenants/t", bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(change));
    }

    @Test
    void whatTheLeaderHasAlreadyIsRefusedInItsWords() {
        Write create = bed.createDatabase("e");
        io.only().answer(409, TAKEN);
        assertEquals(409, status(create));
        assertEquals(TAKEN, text(create));
        assertEquals(List.of(), bed.sentTo(replica));
    }

    @Test
    void whatMayHaveBeenMadeBeforeIsDone() {
        Write create = bed.createDatabase("e");
        io.only().cut();
        io.runFor(1_000);
        io.only().answer(409, TAKEN);
        assertEquals(CREATE, bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(create));
        assertEquals("{}", text(create));
    }

    @Test
    void whatWasFoundInTheLogAtAStartMayHaveBeenMadeBefore() {
        bed.found = true;
        Write create = bed.createDatabase("e");
        io.only().answer(409, TAKEN);
        bed.done(replica);
        assertEquals(200, status(create));
    }

    @Test
    void aFollowerThatHasItAlreadyGoesOn() {
        Write create = bed.createDatabase("e");
        bed.done(primary);
        io.only(replica).answer(409, TAKEN);
        assertEquals(200, status(create));
        assertEquals(List.of(), io.open());
        assertEquals(1, bed.group.lane(1).cursor.applied());
    }

    @Test
    void aFollowersOtherRefusalIsNotTakenForAnExecution() {
        bed.createDatabase("e");
        bed.done(primary);
        io.only(replica).refuse();
        assertEquals(0, bed.group.lane(1).cursor.applied());
        io.runFor(1_000);
        assertEquals(CREATE, bed.asked(replica));
    }

    @Test
    void aRefusalOfWhatMayHaveBeenExecutedStands() {
        Write create = bed.createDatabase("e");
        io.only().cut();
        assertFalse(create.result().isDone());
        io.runFor(1_000);
        io.only().refuse();
        assertEquals(400, status(create));
    }
}
