package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.BitSet;
import java.util.Set;

/** Looks in a create or a modification of a collection for what is beyond {@link ServerBounds}, or below what an index needs. */
final class CollectionSize extends BodyScan {
    private static final Set<String> METADATA = Set.of("metadata", "new_metadata");
    private static final Set<String> LINKS = Set.of("max_neighbors", "hnsw:M");
    private static final Set<String> CANDIDATES =
            Set.of("ef_construction", "ef_search", "hnsw:construction_ef", "hnsw:search_ef");
    private static final Set<String> LAG = Set.of("sync_threshold", "hnsw:sync_threshold");
    /** What it holds is the client's own. */
    private static final String FUNCTION = "embedding_function";

    /** By level: whether that container is an array. Chroma takes one of the members' values, in their order, for an object. */
    private final BitSet arrays = new BitSet();

    private String member = "";
    private String name = "";
    private int values;
    /** What is deeper belongs to the embedding function. */
    private int functionLevel = Integer.MAX_VALUE;

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
            if (level <= functionLevel) {
                functionLevel = name.equals(FUNCTION) ? level : Integer.MAX_VALUE;
            }
        } else if (token.isStructStart()) {
            arrays.set(level + 1, token == JsonToken.START_ARRAY);
        } else if (token.isNumeric()) {
            number(Double.parseDouble(text()), level);
        }
        if (values > ServerBounds.METADATA_VALUES) {
            excess = "more than " + ServerBounds.METADATA_VALUES + " values of metadata";
        }
        return level == 0 || !excess.isEmpty();
    }

    private void number(double value, int level) {
        boolean nameless = arrays.get(level) && !METADATA.contains(member) && level <= functionLevel;
        if ((nameless || LINKS.contains(name)) && value > ServerBounds.INDEX_LINKS) {
            excess = "an index with more than " + ServerBounds.INDEX_LINKS
                    + " links of a vector (max_neighbors, hnsw:M)";
        } else if ((nameless || LINKS.contains(name)) && value >= 0 && value < 1) {
            excess = "an index without links of a vector (max_neighbors, hnsw:M)";
        } else if (CANDIDATES.contains(name) && value > ServerBounds.INDEX_CANDIDATES) {
            excess = "an index that looks at more than " + ServerBounds.INDEX_CANDIDATES
                    + " vectors for one (ef_construction, ef_search)";
        } else if (LAG.contains(name) && value > ServerBounds.INDEX_LAG) {
            excess =
                    "an index that is written behind more than " + ServerBounds.INDEX_LAG + " records (sync_threshold)";
        }
    }

    @Override
    void notUnderstood(String reason) {
        excess = "";
    }
}
