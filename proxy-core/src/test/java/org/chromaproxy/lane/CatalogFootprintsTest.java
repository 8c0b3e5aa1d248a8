package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** Which catalog records commute. */
class CatalogFootprintsTest {
    private static final UUID KNOWN = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final String OTHER_ID = "00000000-0000-4000-8000-000000000009";

    private final Catalog catalog =
            new Catalog(new Instances(List.of(new Instance("primary", 0, URI.create("http://127.0.0.1:1")))), Set.of());
    private final CatalogFootprints footprints = new CatalogFootprints(catalog);
    private long lsn = 10;

    CatalogFootprintsTest() {
        catalog.put(new Mapping(KNOWN, new Mapping.Path("t", "d", "known"), 1, 0, Instant.EPOCH, Map.of()));
    }

    private Write write(OpKind kind, Subject subject, String method, String path) {
        WriteRequest request = new WriteRequest(method, path, "application/json", new byte[0]);
        LogRecord record =
                new LogRecord(lsn++, Instant.EPOCH, new NewRecord(kind, subject, request, Optional.empty()), 0);
        return Write.fresh(record, new Footprint.Everything("a test"), EmptyHttpHeaders.INSTANCE);
    }

    private Write create(String database, String name) {
        return create(new Subject(Subject.CATALOG, UUID.randomUUID(), "t", database, name, ""));
    }

    private Write create(Subject subject) {
        String path = ChromaPaths.collections(subject.tenant(), subject.database());
        return write(OpKind.CREATE_COLLECTION, subject, "POST", path);
    }

    private Write rename(String to) {
        Subject subject = new Subject(Subject.CATALOG, KNOWN, "t", "d", to, "");
        return write(OpKind.MODIFY_COLLECTION, subject, "PUT", ChromaPaths.collections("t", "d") + "/" + KNOWN);
    }

    /** As one that arrives before the catalog knows what it means. */
    private Write delete(String reference) {
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, "t", "d", "", "");
        String path = ChromaPaths.collections("t", "d") + "/" + reference;
        return write(OpKind.DELETE_COLLECTION, subject, "DELETE", path);
    }

    private Write container(OpKind kind, String tenant, String database) {
        return write(kind, new Subject(Subject.CATALOG, Subject.CATALOG, tenant, database, "", ""), "POST", "/");
    }

    private void assertCommute(boolean yes, Write one, Write other) {
        for (List<Write> order : List.of(List.of(one, other), List.of(other, one))) {
            DoubtWindow window = new DoubtWindow();
            window.sending(1, footprints.of(order.getFirst()));
            assertEquals(yes, window.admits(footprints.of(order.getLast())), order + " in this order");
        }
    }

    @Test
    void createsCommuteUnlessTheyAreOfOnePath() {
        assertCommute(true, create("d", "a"), create("d", "b"));
        assertCommute(true, create("d", "a"), create("e", "a"));
        assertCommute(false, create("d", "a"), create("d", "a"));
    }

    @Test
    void pathsOfTheSameLettersAreOthers() {
        Subject one = new Subject(Subject.CATALOG, UUID.randomUUID(), "t", "d/e", "f", "");
        Subject other = new Subject(Subject.CATALOG, UUID.randomUUID(), "t", "d", "e/f", "");
        assertCommute(true, create(one), create(other));
    }

    @Test
    void aRenameConflictsWithBothNamesAndTheCollection() {
        assertCommute(false, rename("new"), create("d", "new"));
        assertCommute(false, rename("new"), create("d", "known"));
        assertCommute(false, rename("new"), delete(KNOWN.toString()));
        assertCommute(false, rename("new"), delete("known"));
        assertCommute(true, rename("new"), create("d", "other"));
        assertCommute(false, rename(""), delete("known"));
        assertCommute(true, rename(""), delete("other"));
    }

    @Test
    void aDeleteConflictsWithWhateverItsReferenceMayMean() {
        assertCommute(false, delete("a"), create("d", "a"));
        assertCommute(true, delete("a"), create("d", "b"));
        Subject minted = new Subject(Subject.CATALOG, UUID.fromString(OTHER_ID), "t", "d", "a", "");
        assertCommute(false, delete(OTHER_ID), create(minted));
        assertCommute(false, delete(OTHER_ID.replace("-", "")), create(minted));
    }

    @Test
    void aFollowersRenameConflictsWithEverything() {
        Write rename = rename("new");
        rename.decide(Write.Decision.APPLIED);
        assertInstanceOf(Footprint.Everything.class, footprints.of(rename));
        Write metadata = rename("");
        metadata.decide(Write.Decision.APPLIED);
        assertCommute(true, metadata, create("d", "other"));
    }

    @Test
    void aContainerConflictsWithWhatItMayHold() {
        Write database = container(OpKind.CREATE_DATABASE, "t", "");
        assertCommute(false, database, create("d", "a"));
        assertCommute(false, database, container(OpKind.CREATE_DATABASE, "t", ""));
        assertCommute(true, database, container(OpKind.CREATE_DATABASE, "u", ""));
        for (OpKind kind : List.of(OpKind.CREATE_TENANT, OpKind.MODIFY_TENANT, OpKind.DELETE_DATABASE)) {
            assertInstanceOf(Footprint.Everything.class, footprints.of(container(kind, "u", "d")), kind.name());
        }
    }

    @Test
    void whatIsForOneInstanceOrForgetsConflictsWithEverything() {
        Subject targeted = new Subject(Subject.CATALOG, KNOWN, "t", "d", "known", "primary");
        assertInstanceOf(Footprint.Everything.class, footprints.of(create(targeted)));
        Write forget = write(
                OpKind.DELETE_COLLECTION,
                new Subject(Subject.CATALOG, KNOWN, "t", "d", "known", ""),
                DeleteOp.FORGET,
                ChromaPaths.collections("t", "d") + "/known");
        assertInstanceOf(Footprint.Everything.class, footprints.of(forget));
    }
}
