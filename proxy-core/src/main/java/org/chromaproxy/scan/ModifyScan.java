package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Optional;
import java.util.Set;

/** Reads from a body that modifies a collection whether, and to what, it renames it. */
public final class ModifyScan extends FieldScan {
    /**
     * What the proxy needs of it.
     *
     * @param newName empty if the collection keeps its name
     * @param structured where the metadata holds an array or an object; empty if it does not
     */
    public record Body(Optional<String> newName, String structured) {}

    ModifyScan() {
        super(Set.of("new_name"), "new_metadata");
    }

    /** Scans a whole body. */
    public static Optional<Body> of(byte[] body) {
        ModifyScan scan = new ModifyScan();
        scan.feed(body, 0, body.length);
        return scan.finish();
    }

    /** The result; empty if the body was not understood. */
    Optional<Body> finish() {
        if (!complete()) {
            return Optional.empty();
        }
        Optional<Field> name = field("new_name").filter(field -> field.token() != JsonToken.VALUE_NULL);
        return name.isPresent() && name.get().token() != JsonToken.VALUE_STRING
                ? Optional.empty()
                : Optional.of(new Body(name.map(Field::text), structured()));
    }
}
