package org.chromaproxy.fuzz;

import java.util.Arrays;
import java.util.List;

/** All targets in one: the first byte says which, so that one process, once started, tries each. */
public final class AnyTarget {
    private AnyTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            Target[] all = Target.values();
            all[(input[0] & 0xff) % all.length].run(Arrays.copyOfRange(input, 1, input.length));
        }
    }

    /** An input of that target as one of this. */
    static byte[] input(Target target, byte[] input) {
        byte[] marked = new byte[input.length + 1];
        marked[0] = (byte) List.of(Target.values()).indexOf(target);
        System.arraycopy(input, 0, marked, 1, input.length);
        return marked;
    }
}
