package org.chromaproxy.simulation;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.lane.Verdict;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;

/**
 * One request of a sequence, for any server: {@code {2}} in its path stands for the id of the third collection that the sequence made,
 * counted anew from the first where there are fewer.
 *
 * @param path with the model's database
 * @param body empty if it has none
 */
record Step(String method, String path, String body) {
    /** The id of no collection. */
    static final UUID NOBODY = UUID.fromString("00000000-0000-4000-8000-000000000000");

    private static final Pattern NUMBER = Pattern.compile("\\{(\\d+)}");

    /** The request to a server whose collections have these ids, in the order in which they were made. */
    UpstreamRequest to(List<UUID> ids) {
        Matcher number = NUMBER.matcher(path);
        String uri = number.replaceAll(found -> {
            int wanted = Integer.parseInt(found.group(1));
            return (ids.isEmpty() ? NOBODY : ids.get(wanted % ids.size())).toString();
        });
        return body.isEmpty() && method.equals(HttpMethod.GET.name())
                ? UpstreamRequest.get(uri)
                : UpstreamRequest.json(method, uri, body);
    }

    /** What the lanes make of an answer to it. */
    String verdict(UpstreamResponse answer) {
        boolean read = method.equals("GET") || path.endsWith("/get");
        Verdict verdict = read ? Verdict.ofRead(answer) : Verdict.of(kind(), answer);
        return verdict + (Verdict.ownFailure(answer) ? ", its own failure" : "");
    }

    private OpKind kind() {
        String last = path.substring(path.lastIndexOf('/') + 1);
        return switch (method) {
            case "PUT" -> OpKind.MODIFY_COLLECTION;
            case "DELETE" -> OpKind.DELETE_COLLECTION;
            default ->
                switch (last) {
                    case "add" -> OpKind.ADD;
                    case "update" -> OpKind.UPDATE;
                    case "upsert" -> OpKind.UPSERT;
                    case "delete" -> OpKind.DELETE;
                    default -> OpKind.CREATE_COLLECTION;
                };
        };
    }

    /** The words that are the same for all requests of its kind. */
    String kindOfRequest() {
        return method + " "
                + path.replaceFirst(".*/collections", "…")
                        .replaceAll("\\{\\d+}|coll-\\d|chroma-proxy\\.deleted\\.x", "C");
    }

    @Override
    public String toString() {
        return method + " " + path.replaceFirst(".*/databases/" + ModelServer.DATABASE, "…") + " " + body;
    }
}
