package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.BitSet;
import java.util.Set;

/** Looks in a create or a modification of a collection for what is beyond {@link ServerBounds}. */
final class CollectionSize extends BodyScan {
    private static final Set<String> METADATA = Set.of("metadata", "new_metadata");
    private static final Set<String> LINKS = Set.of("max_neighbors", "hnsw:M");

    /** By level: whether that container is an array. Chroma takes one of the members' values, in their order, for an object. */
    private final BitSet arrays = new BitSet();

    private String member = "";
    private String name = "";
    private int values;
    private String excess = "";

    /** What is too large, in words; empty if nothing is. */
    String finish() {
        end();
        return excess;
    }

    @Override
    boolean accept(JsonToken token, int level) throws IOException {
        if (token == JsonToken.FIELD_NAME) {
            name = text();
            member = level == 1 ? name : member;
            values += level == 2 && METADATA.contains(member) ? 1 : 0;
        } else if (token.isStructStart()) {
            arrays.set(level + 1, token == JsonToken.START_ARRAY);
        } else if (token.isNumeric() && (arrays.get(level) || LINKS.contains(name)) && tooMany(text())) {
            excess = "an index with more than " + ServerBounds.INDEX_LINKS
                    + " links of a vector (max_neighbors, hnsw:M)";
        }
        if (values > ServerBounds.METADATA_VALUES) {
            excess = "more than " + ServerBounds.METADATA_VALUES + " values of metadata";
        }
        return level == 0 || !excess.isEmpty();
    }

    private static boolean tooMany(String number) {
        return Double.parseDouble(number) > ServerBounds.INDEX_LINKS;
    }

    @Override
    void notUnderstood(String reason) {
        excess = "";
    }
}
