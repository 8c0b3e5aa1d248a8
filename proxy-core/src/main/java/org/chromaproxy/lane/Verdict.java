package org.chromaproxy.lane;

import com.fasterxml.jackson.databind.JsonNode;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.ServerFault;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;

/**
 * What an instance's answer to a write means. An answer is Chroma's only in the shape that its servers give for that kind
 * of write and that status, as recorded from running ones (1.0.5 and 1.5.9: {@code chroma-answers.json} beside the tests).
 * Anything else is the word of something on the way: it says neither that the write was done nor that it was not, nor that
 * the server is sick.
 */
public enum Verdict {
    APPLIED,
    /** Refused for good, in Chroma's own words. */
    REFUSED,
    /** 404: a refusal only where the catalog agrees that there is no such thing. */
    MISSING,
    /** Busy: ask again later. */
    BUSY,
    /** Neither done nor refused: the record is in doubt there. */
    FAULT,
    /** Not in Chroma's shape: an error page, a redirect, an empty body. In doubt, and no proof of a sick server. */
    UNRECOGNIZED;

    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int INTERNAL_ERROR = 500;

    public static Verdict of(OpKind kind, UpstreamResponse answer) {
        int status = answer.status();
        if (answer.success()) {
            return done(kind, answer) ? APPLIED : UNRECOGNIZED;
        }
        boolean mayLackRoute = kind == OpKind.OTHER;
        boolean empty = answer.body().length == 0;
        return switch (status) {
            case 400, 409, 415, 422 -> answer.chromaError() ? REFUSED : UNRECOGNIZED;
            case 404 -> answer.chromaError() ? MISSING : mayLackRoute && empty ? REFUSED : UNRECOGNIZED;
            case 405 -> mayLackRoute && empty ? REFUSED : UNRECOGNIZED;
            case 413 -> plainText(answer) || answer.chromaError() ? REFUSED : UNRECOGNIZED;
            case 431 -> empty ? REFUSED : UNRECOGNIZED;
            case 501 -> answer.chromaError() || (mayLackRoute && empty) ? REFUSED : UNRECOGNIZED;
            default -> notDone(answer);
        };
    }

    /** The same of a read that the lanes send on a write's behalf. */
    public static Verdict ofRead(UpstreamResponse answer) {
        if (answer.success()) {
            return answer.tree().isMissingNode() ? UNRECOGNIZED : APPLIED;
        }
        return switch (answer.status()) {
            case 400, 422 -> answer.chromaError() ? REFUSED : UNRECOGNIZED;
            case 404 -> answer.chromaError() ? MISSING : UNRECOGNIZED;
            default -> notDone(answer);
        };
    }

    private static Verdict notDone(UpstreamResponse answer) {
        return switch (answer.status()) {
            case 429, 503 -> BUSY;
            default -> answer.status() >= INTERNAL_ERROR ? FAULT : UNRECOGNIZED;
        };
    }

    /** Whether this is how Chroma says that a write of that kind is done. */
    private static boolean done(OpKind kind, UpstreamResponse answer) {
        int status = answer.status();
        return switch (kind) {
            case ADD -> status == CREATED && emptyObject(answer);
            case UPDATE, UPSERT -> status == OK && emptyObject(answer);
            case DELETE -> status == OK && (usual(answer) || emptyOrCounted(answer.tree()));
            case REPAIR -> status <= CREATED && (usual(answer) || emptyOrCounted(answer.tree()));
            case OTHER -> answer.tree().isObject() && !answer.chromaError();
            case CREATE_COLLECTION ->
                status == OK
                        && answer.json()
                        && CollectionJson.head(answer.body()).isPresent();
            case MODIFY_COLLECTION, DELETE_COLLECTION, CREATE_DATABASE, DELETE_DATABASE, CREATE_TENANT, MODIFY_TENANT ->
                status == OK && emptyObject(answer);
        };
    }

    private static boolean emptyObject(UpstreamResponse answer) {
        return usual(answer) || emptyObject(answer.tree());
    }

    private static boolean emptyObject(JsonNode tree) {
        return tree.isObject() && tree.isEmpty();
    }

    /** An empty object, as servers write it. */
    private static boolean usual(UpstreamResponse answer) {
        byte[] body = answer.body();
        return body.length == 2 && body[0] == '{' && body[1] == '}' && answer.json();
    }

    /** The newer releases say how many ids a delete named or matched. */
    private static boolean emptyOrCounted(JsonNode tree) {
        return emptyObject(tree) || (tree.size() == 1 && tree.path("deleted").isIntegralNumber());
    }

    /** Chroma's 413 has no type on most routes, and is an error in JSON on others; an intermediary's is a page. */
    private static boolean plainText(UpstreamResponse answer) {
        String type = answer.headers().get("content-type", "text/plain");
        return answer.body().length > 0 && type.startsWith("text/plain") && answer.body()[0] != '<';
    }

    /** Whether it is Chroma's own word that it failed at this request: the same request may fail there again. */
    public static boolean ownFailure(UpstreamResponse answer) {
        return answer.status() == INTERNAL_ERROR && answer.chromaError() && !ServerFault.toldBy(answer.text());
    }
}
