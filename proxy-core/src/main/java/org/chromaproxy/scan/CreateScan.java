package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Optional;
import java.util.Set;

/** Reads the name in a body that creates a collection, a database or a tenant. */
public final class CreateScan extends FieldScan {
    /**
     * What the proxy needs of it.
     *
     * @param getOrCreate whether an existing collection of that name is as good as a new one
     * @param structured where the metadata holds an array or an object; empty if it does not
     */
    public record Body(String name, boolean getOrCreate, String structured) {}

    CreateScan() {
        super(Set.of("name", "get_or_create"), "metadata");
    }

    /** Scans a whole body. */
    public static Optional<Body> of(byte[] body) {
        CreateScan scan = new CreateScan();
        scan.feed(body, 0, body.length);
        return scan.finish();
    }

    /**
     * The result; empty if the body was not understood. Chroma may still accept such a body: it takes an array of the
     * members' values, in their order, for the object.
     */
    Optional<Body> finish() {
        if (!complete()) {
            return Optional.empty();
        }
        Optional<Field> flag = field("get_or_create");
        boolean get = flag.isPresent() && flag.get().token() == JsonToken.VALUE_TRUE;
        if (!get && flag.isPresent() && flag.get().token() != JsonToken.VALUE_FALSE) {
            return Optional.empty();
        }
        return field("name")
                .filter(name -> name.token() == JsonToken.VALUE_STRING)
                .map(name -> new Body(name.text(), get, structured()));
    }
}
