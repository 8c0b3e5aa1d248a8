package org.chromaproxy.drill.history;

/**
 * A fault as it was really injected.
 *
 * @param healed {@code Long.MAX_VALUE} while it lasts
 * @param known when the proxy's status first showed it; 0 if it never did
 */
public record Trouble(String fault, String target, long injected, long healed, long known) {
    @Override
    public String toString() {
        return fault + " of " + target;
    }
}
