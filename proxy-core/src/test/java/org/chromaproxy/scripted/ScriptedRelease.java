package org.chromaproxy.scripted;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Makes a scripted server say and do what tells the supported releases apart, as seen on 1.0.5 and 1.5.9. */
enum ScriptedRelease {
    OLDER,
    NEWER;

    private static final Pattern LISTS = Pattern.compile("\"metadatas\":\\[\\{[^]]*\":\\[");
    private static final String COLLECTION = "\"/api/v2/tenants/{tenant}/databases/{database}/collections/{id}";

    /** From now on that server is of this release; whatever script it had is forgotten. */
    void runs(ScriptedChroma server) {
        server.forget();
        server.always(call -> call.path().equals("/openapi.json"), Reply.json(200, document()));
        if (this == OLDER) {
            server.always(body(Call::writes, LISTS), Reply.error(422, "ChromaError", "did not match MetadataValue"));
            server.always(
                    body(call -> call.is("get") || call.is("delete"), Pattern.compile("\\$contains")),
                    Reply.error(400, "InvalidArgumentError", "Invalid where clause"));
            server.always(call -> call.is("search") || call.path().endsWith("/attach"), new Reply.Fixed(404, "", ""));
        } else {
            server.always(
                    body(Call::writes, Pattern.compile("\"[#$][^\"]*\":")),
                    Reply.error(400, "InvalidArgumentError", "Invalid metadata"));
        }
    }

    private static Predicate<Call> body(Predicate<Call> calls, Pattern text) {
        return call -> calls.test(call) && text.matcher(call.body()).find();
    }

    private String document() {
        String paths = COLLECTION + "/add\":{\"post\":{}}"
                + (this == NEWER ? "," + COLLECTION + "/functions/attach\":{\"post\":{}}" : "");
        String values = this == NEWER ? "{\"type\":\"string\"},{\"type\":\"array\"}" : "{\"type\":\"string\"}";
        String schema = this == NEWER ? ",\"schema\":{}" : "";
        String functions = this == NEWER ? "\"known\",\"unknown\"" : "\"known\"";
        return "{\"paths\":{" + paths
                + "},\"components\":{\"schemas\":{\"CreateCollectionPayload\":{\"properties\":{\"name\":{}"
                + schema + "}},\"HashMap\":{\"additionalProperties\":{\"oneOf\":[" + values
                + "]}},\"EmbeddingFunctionConfiguration\":{\"enum\":[" + functions + "]}}}}";
    }
}
