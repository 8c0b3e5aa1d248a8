package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Set;

/** Tells a body that creates a collection and holds nothing but a name that Chroma could refuse. */
public final class PlainCreate extends FieldScan {
    /** Members that Chroma checks, but for null. */
    private static final Set<String> CHECKED = Set.of("metadata", "configuration", "schema");

    private PlainCreate() {
        super(Set.of("name", "get_or_create", "metadata", "configuration", "schema"), "");
    }

    /** Whether that whole body is one, each member at most once; of the name's text and type nothing is said. */
    public static boolean of(byte[] body) {
        PlainCreate scan = new PlainCreate();
        scan.feed(body, 0, body.length);
        return scan.complete() && scan.others() == 0 && CHECKED.stream().allMatch(scan::absent) && scan.endsIn(body);
    }

    private boolean absent(String key) {
        return field(key).map(Field::token).orElse(JsonToken.VALUE_NULL) == JsonToken.VALUE_NULL;
    }
}
