package org.chromaproxy.drill.load;

/**
 * A collection as clients know it.
 *
 * @param id its public id
 * @param hot whether it lives for the whole run, with few ids and many writers
 */
record Shelf(String name, String id, boolean hot) {
    private static final int HOT_IDS = 24;
    private static final int COLD_IDS = 8;

    int ids() {
        return hot ? HOT_IDS : COLD_IDS;
    }
}
