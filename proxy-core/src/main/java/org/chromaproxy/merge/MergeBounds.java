package org.chromaproxy.merge;

/**
 * How much becomes one request.
 *
 * @param records at most, when memory is plenty
 * @param fewRecords at most, under memory pressure
 */
public record MergeBounds(int records, int fewRecords) {
    /** Most bytes of one merged body, which is in memory beside its parts. Chroma takes 40 MiB. */
    public static final int MAX_BYTES = 8 << 20;
    /** The same under memory pressure. */
    public static final int FEW_BYTES = 2 << 20;
}
