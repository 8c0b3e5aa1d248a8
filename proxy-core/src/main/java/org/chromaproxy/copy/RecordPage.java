package org.chromaproxy.copy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.scan.Slice;

/** Records as an instance's {@code get} answers them. Immutable. */
final class RecordPage {
    /** In the order in which clients send them. */
    private static final List<String> COLUMNS = List.of("embeddings", "metadatas", "documents", "uris");

    private final byte[] body;
    private final Map<String, Slice> members;
    private final Slice idSlice;
    private final List<String> ids;

    private RecordPage(byte[] body, Map<String, Slice> members, Slice idSlice, List<String> ids) {
        this.body = body;
        this.members = members;
        this.idSlice = idSlice;
        this.ids = ids;
    }

    /** @throws StepException when the body is no such answer */
    static RecordPage of(byte[] body) {
        Map<String, Slice> members = Members.of(body);
        Slice idSlice = members.get("ids");
        if (idSlice == null) {
            throw new StepException("an answer to get has no ids");
        }
        List<String> ids = new ArrayList<>();
        Members.tree(body, idSlice).forEach(id -> ids.add(id.asText()));
        return new RecordPage(body, members, idSlice, ids);
    }

    List<String> ids() {
        return ids;
    }

    int bytes() {
        return body.length;
    }

    /** The body of an {@code add} of all these records: each value as the instance printed it. */
    byte[] addition() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 16);
        out.writeBytes("{\"ids\":".getBytes(StandardCharsets.US_ASCII));
        write(out, idSlice);
        for (String column : COLUMNS) {
            Slice slice = members.get(column);
            if (slice != null) {
                out.writeBytes((",\"" + column + "\":").getBytes(StandardCharsets.US_ASCII));
                write(out, slice);
            }
        }
        out.write('}');
        return out.toByteArray();
    }

    private void write(ByteArrayOutputStream out, Slice slice) {
        out.write(body, slice.start(), slice.length());
    }

    /**
     * The first record whose vector the instance printed with a null: a number that is none (infinite, or no number)
     * and that no instance takes.
     */
    Optional<String> unwritable() {
        Slice embeddings = members.get("embeddings");
        if (embeddings == null || !holdsNull(embeddings)) {
            return Optional.empty();
        }
        JsonNode vectors = Members.tree(body, embeddings);
        for (int i = 0; i < ids.size(); i++) {
            for (JsonNode value : vectors.path(i)) {
                if (!value.isNumber()) {
                    return Optional.of(ids.get(i));
                }
            }
        }
        return Optional.empty();
    }

    private boolean holdsNull(Slice numbers) {
        for (int at = numbers.start(); at < numbers.end(); at++) {
            if (body[at] == 'n') {
                return true;
            }
        }
        return false;
    }

    /**
     * The ids whose records the two pages do not hold alike: different in content, or in one of them only.
     *
     * @param cosine whether vectors of one direction are alike, whatever their lengths
     */
    static Set<String> differing(RecordPage one, RecordPage other, boolean cosine) {
        Map<String, List<JsonNode>> left = one.records();
        Map<String, List<JsonNode>> right = other.records();
        Set<String> differing = new TreeSet<>();
        left.forEach((id, record) -> {
            List<JsonNode> there = right.remove(id);
            if (there == null || !same(record, there, cosine)) {
                differing.add(id);
            }
        });
        differing.addAll(right.keySet());
        return differing;
    }

    private Map<String, List<JsonNode>> records() {
        JsonNode tree = Members.tree(body);
        Map<String, List<JsonNode>> records = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            int at = i;
            records.put(
                    ids.get(i),
                    COLUMNS.stream().map(column -> tree.path(column).path(at)).toList());
        }
        return records;
    }

    private static boolean same(List<JsonNode> one, List<JsonNode> other, boolean cosine) {
        for (int i = 0; i < one.size(); i++) {
            boolean embedding = i == 0;
            boolean equal =
                    embedding ? Vectors.same(one.get(i), other.get(i), cosine) : sameValue(one.get(i), other.get(i));
            if (!equal) {
                return false;
            }
        }
        return true;
    }

    /** No metadata reads back as null or as an empty object, whatever was written. */
    private static boolean sameValue(JsonNode one, JsonNode other) {
        return one.equals(other) || (empty(one) && empty(other));
    }

    private static boolean empty(JsonNode value) {
        return value.isNull() || value.isMissingNode() || (value.isObject() && value.isEmpty());
    }
}
