package org.chromaproxy.drill.history;

/**
 * A fault as it was really injected.
 *
 * @param healed {@code Long.MAX_VALUE} while it lasts
 * @param known when the proxy's status first showed it; 0 if it never did
 */
public record Trouble(String fault, String target, long injected, long healed, long known) {
    public boolean overlaps(long begin, long end, long graceNanos) {
        long over = healed > Long.MAX_VALUE - graceNanos ? Long.MAX_VALUE : healed + graceNanos;
        return begin <= over && end >= injected;
    }

    @Override
    public String toString() {
        return fault + " of " + target;
    }
}
