package org.chromaproxy.fuzz;

/** A target with a fault that only a fuzzer finds that sees how far it has come. */
public final class MagicTarget {
    private MagicTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 3 && input[0] == 'c' && input[1] == 'h' && input[2] == 'r' && input[3] == 'o') {
            throw new IllegalStateException("found");
        }
    }
}
