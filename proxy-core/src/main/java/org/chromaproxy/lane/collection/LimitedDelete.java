package org.chromaproxy.lane.collection;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.lane.Lane;
import org.chromaproxy.lane.LaneGroup;
import org.chromaproxy.lane.write.Verdict;
import org.chromaproxy.lane.write.Write;
import org.chromaproxy.lane.write.WriteResult;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.DeleteBody;
import org.chromaproxy.scan.DeleteScan;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A delete with a limit takes the first matches in an instance's internal order, so repeating it, or sending it to another
 * instance, deletes others. The lane therefore asks its leader for the matching ids, commits that list, and every
 * instance deletes exactly these.
 */
final class LimitedDelete {
    private static final Logger LOG = LoggerFactory.getLogger(LimitedDelete.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TIMEOUT_MS = 60_000;

    private final LaneGroup group;
    private final CollectionEntry entry;

    LimitedDelete(LaneGroup group, CollectionEntry entry) {
        this.group = group;
        this.entry = entry;
    }

    /** Starts resolving if the delete has a limit; the lane is busy until its list is committed. */
    boolean resolve(Lane lane, Write write, byte[] body) {
        DeleteBody delete = DeleteScan.of(body);
        if (!delete.understood() || delete.limit().isEmpty()) {
            return false;
        }
        lane.busy = true;
        UUID id = entry.place(lane.instance).orElseThrow().instanceId();
        String path = ChromaPaths.records(entry.path(), id, "get");
        DefaultHttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        UpstreamRequest get = new UpstreamRequest("POST", path, headers, delete.resolvingGet(body));
        group.services()
                .upstream()
                .send(group.loop(), lane.instance, get, TIMEOUT_MS)
                .whenComplete((answer, error) -> {
                    if (lane.head() == write) {
                        lane.busy = false;
                        resolved(lane, write, answer, error);
                    }
                });
        return true;
    }

    private void resolved(Lane lane, Write write, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        if (answer != null && Verdict.ofRead(answer) == Verdict.BUSY) {
            group.busy(lane, write, "it is too busy to find the matches of record " + write.lsn());
        } else if (answer == null || !answered(answer)) {
            String why = answer == null ? String.valueOf(error) : answer.status() + ": " + answer.brief();
            group.fault(lane, write, "its matches could not be read: " + why);
        } else if (!answer.success()) {
            // The filter itself is refused: so is the delete.
            group.refuse(lane, write, WriteResult.of(answer));
        } else {
            commit(lane, write, answer);
        }
    }

    /** Whether it is Chroma's answer: its matches, or that it refuses the filter. */
    private static boolean answered(UpstreamResponse answer) {
        Verdict verdict = Verdict.ofRead(answer);
        return answer.success() ? answer.tree().path("ids").isArray() : verdict == Verdict.REFUSED;
    }

    private void commit(Lane lane, Write write, UpstreamResponse answer) {
        byte[] list;
        int count;
        try {
            JsonNode ids = JSON.readTree(answer.body()).path("ids");
            ObjectNode delete = JSON.createObjectNode();
            count = ids.size();
            // Chroma refuses an empty list.
            delete.set("ids", count == 0 ? JSON.createArrayNode().add(Dimension.RESERVED_ID) : ids);
            list = JSON.writeValueAsBytes(delete);
        } catch (JacksonException e) {
            group.fault(lane, write, "its matches are not JSON");
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LOG.debug("{}: delete {} with a limit resolved to {} records", entry, write.lsn(), count);
        lane.busy = true;
        group.services()
                .log()
                .submit(
                        List.of(new Change.Resolution(write.lsn(), list)),
                        true,
                        () -> group.loop().execute(() -> {
                            lane.busy = false;
                            replace(write, list);
                            group.pump(lane);
                        }));
    }

    /** What the client is told: the id that stands for none is not counted. */
    WriteResult told(Write write, UpstreamResponse answer) {
        boolean none =
                write.footprint() instanceof Footprint.Ids named && named.ids().equals(List.of(Dimension.RESERVED_ID));
        if (!none || write.kind() != OpKind.DELETE) {
            return WriteResult.of(answer);
        }
        String nothing = answer.text().contains("deleted") ? "{\"deleted\":0}" : "{}";
        return WriteResult.json(200, nothing.getBytes(StandardCharsets.UTF_8));
    }

    private void replace(Write write, byte[] list) {
        group.services().stats().freed(write.dropBody());
        group.services().stats().held(list.length);
        write.body(list);
        write.footprint(Footprints.of(write.kind(), list));
    }
}
