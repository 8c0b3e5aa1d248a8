package org.chromaproxy.drill.evidence;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.chromaproxy.drill.model.StoredRecord;

/**
 * Everything one Chroma server holds in the default database, by collection name.
 *
 * @param limitsDeletes whether it heeds the limit of a delete; 1.0.5 passes over it
 */
public record InstanceContent(String instance, boolean limitsDeletes, SortedMap<String, Content> collections) {
    public InstanceContent {
        collections = Collections.unmodifiableSortedMap(new TreeMap<>(collections));
    }

    /**
     * One collection.
     *
     * @param metadata of the collection, as fields of JSON text
     */
    public record Content(SortedMap<String, String> metadata, SortedMap<String, StoredRecord> records) {
        public Content {
            metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
            records = Collections.unmodifiableSortedMap(new TreeMap<>(records));
        }
    }
}
