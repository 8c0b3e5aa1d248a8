package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class WriteTest {
    private static final String BODY = "{\"ids\":[\"a\"]}";

    private final LaneBed bed = new LaneBed();
    private final PrincipalUse client = new Principals(
                    PrincipalLimits.of(Map.of(PrincipalLimit.DEAD_LETTERS, 5L, PrincipalLimit.FAULTS, 1L)))
            .of("client", Map.of(), "");

    private LogRecord record(String target) {
        return bed.record(OpKind.UPSERT, BODY, target);
    }

    private Write fresh() {
        return Write.fresh(record(""), new Footprint.Ids(List.of("a")), new DefaultHttpHeaders().set("x-client", "c"));
    }

    @Test
    void aFreshRecordHasItsBodyAndOneFromTheLogHasNot() {
        assertArrayEquals(BODY.getBytes(StandardCharsets.UTF_8), fresh().body());
        assertNull(Write.again(record("")).body());
        assertNull(Write.recovered(record("")).body());
        assertNull(Write.again(record("")).footprint());
    }

    @Test
    void droppedItsBodyIsFreedThoughItsSizeIsKnown() {
        Write write = fresh();
        assertEquals(BODY.length(), write.dropBody());
        assertNull(write.body());
        assertEquals(0, write.dropBody());
        assertEquals(BODY.length(), write.record().bodyBytes());
        assertEquals(0, write.record().content().request().body().length, "nothing else holds it");
    }

    @Test
    void aLargeBodyStaysInTheLog() {
        String body = "{\"ids\":[\"" + "x".repeat(LargeBodies.LARGE) + "\"]}";
        Write write = bed.write(OpKind.DELETE, body);
        assertTrue(write.large());
        assertNull(write.body());
        assertNotNull(write.footprint());
    }

    @Test
    void onlyARecordThatAnEarlierProcessMayHaveSentIsRecovered() {
        assertTrue(Write.recovered(record("")).recovered());
        assertFalse(Write.again(record("")).recovered());
        assertFalse(fresh().recovered());
    }

    @Test
    void onceItIsDecidedNothingOfItsClientIsSentAlong() {
        Write write = fresh();
        assertEquals("c", write.clientHeaders().get("x-client"));
        assertFalse(write.decided());
        write.decide(Write.Decision.APPLIED);
        assertTrue(write.decided());
        assertFalse(write.refused());
        assertTrue(write.clientHeaders().isEmpty());
        Write other = fresh();
        other.decide(Write.Decision.REFUSED);
        assertTrue(other.decided() && other.refused());
    }

    @Test
    void aRecordForOneInstanceAddressesNoOther() {
        Write forAll = fresh();
        assertFalse(forAll.targeted());
        assertTrue(forAll.addresses(bed.primary()) && forAll.addresses(bed.replica()));
        Write forOne = Write.again(record("replica"));
        assertTrue(forOne.targeted());
        assertFalse(forOne.addresses(bed.primary()));
        assertTrue(forOne.addresses(bed.replica()));
    }

    @Test
    void itsPathNamesTheCollectionAsEachInstanceKnowsIt() {
        Write write = fresh();
        String own = write.record().content().request().path();
        String there = write.pathIn(LaneBed.instanceId(bed.replica()));
        String id = LaneBed.instanceId(bed.replica()).toString();
        assertEquals(own.replace(bed.id.toString(), id), there);
        assertFalse(there.contains(bed.id.toString()));
    }

    @Test
    void itIsSuspectedOnceUntilItIsDecided() {
        Write write = fresh().chargedTo(client);
        write.suspect();
        write.suspect();
        assertEquals(1, client.used(PrincipalLimit.FAULTS));
        assertTrue(client.suspended());
        write.decide(Write.Decision.REFUSED);
        assertEquals(0, client.used(PrincipalLimit.FAULTS));
        write.suspect();
        assertEquals(0, client.used(PrincipalLimit.FAULTS), "it is decided");
    }

    @Test
    void forgottenItIsSuspectedNoMoreAndItsResultIsCancelled() {
        Write write = fresh().chargedTo(client);
        write.suspect();
        write.forgotten();
        assertEquals(0, client.used(PrincipalLimit.FAULTS));
        assertTrue(write.result().isCancelled());
    }

    @Test
    void whatIsGivenUpIsCountedAgainstItsClient() {
        Write write = fresh().chargedTo(client);
        assertFalse(write.givenUp());
        for (int i = 0; i < 4; i++) {
            fresh().chargedTo(client).deadLetter();
        }
        assertFalse(write.barred());
        write.deadLetter();
        assertTrue(write.givenUp());
        assertFalse(write.givenUpBefore());
        Write next = fresh().chargedTo(client);
        assertTrue(next.barred());
        next.abandon();
        assertFalse(next.barred(), "what waits in the log is executed");
        assertFalse(fresh().barred());
    }

    @Test
    void theLogMaySayThatItWasGivenUp() {
        Write write = Write.again(record(""));
        write.foundGivenUp();
        assertTrue(write.givenUp() && write.givenUpBefore());
    }

    @Test
    void itsTurnIsItsClientsOrElseItsTenants() {
        assertSame(client, fresh().chargedTo(client).sender());
        assertEquals(LaneBed.PATH.tenant(), fresh().sender());
        assertEquals(Optional.of(client), fresh().chargedTo(client).culprit());
        assertEquals(Optional.empty(), fresh().culprit());
    }

    @Test
    void oneWhoWaitsOnlyForItToBeTakenInIsCalledOnce() {
        List<String> taken = new ArrayList<>();
        Write write = fresh();
        assertFalse(write.unattended());
        write.leaveUnattended(() -> taken.add("taken"));
        assertTrue(write.unattended());
        assertFalse(write.abandoned());
        write.taken();
        write.taken();
        assertEquals(List.of("taken"), taken);
    }

    @Test
    void itsOutcomeIsKeptWhereSomebodyWillAskForIt() {
        Write write = fresh();
        WriteResult result = WriteResult.json(200, new byte[] {'{', '}'});
        assertFalse(write.keepsOutcome());
        assertEquals(TransactionState.COMPLETED, ((Change.Outcome) write.applied(result)).state());
        write.abandon();
        assertTrue(write.keepsOutcome() && write.unattended());
        Change.Outcome outcome = (Change.Outcome) write.applied(result);
        assertEquals(TransactionState.RECOVERED, outcome.state());
        assertEquals(write.lsn(), outcome.lsn());
        assertEquals(200, outcome.status());
        assertArrayEquals(result.body(), outcome.response());
        Write recovered = Write.recovered(record(""));
        assertEquals(TransactionState.RECOVERED, ((Change.Outcome) recovered.applied(result)).state());
    }

    @Test
    void theLastLaneThatIsDoneWithItKnows() {
        Write write = fresh();
        assertFalse(write.queued());
        write.queuedOn(1);
        write.queuedOnOneMore();
        assertTrue(write.queued());
        assertFalse(write.passedOne());
        assertTrue(write.queued());
        assertTrue(write.passedOne());
        assertFalse(write.queued());
    }
}
