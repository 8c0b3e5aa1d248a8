package org.chromaproxy.drill.mutant;

import java.util.function.BooleanSupplier;
import org.chromaproxy.lane.Write;

/** What mutants do that is too long for a few instructions. Called by changed classes in the proxy's JVM. */
public final class MutantBodies {
    private MutantBodies() {}

    /** The write is taken for refused, without a word to the log. */
    public static void drop(Object write) {
        ((Write) write).decide(Write.Decision.REFUSED);
    }

    public static BooleanSupplier always() {
        return () -> true;
    }
}
