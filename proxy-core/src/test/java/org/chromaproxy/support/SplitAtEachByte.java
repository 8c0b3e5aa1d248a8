package org.chromaproxy.support;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Feeds the same input whole, cut in two at every byte, and byte by byte: a result must not depend on the network. */
public final class SplitAtEachByte {
    private SplitAtEachByte() {}

    /** Runs the check once for every way of cutting the input. */
    public static void forEach(byte[] input, Consumer<List<byte[]>> check) {
        check.accept(List.of(input));
        for (int cut = 1; cut < input.length; cut++) {
            byte[] head = Arrays.copyOfRange(input, 0, cut);
            byte[] tail = Arrays.copyOfRange(input, cut, input.length);
            try {
                check.accept(List.of(head, tail));
            } catch (AssertionError e) {
                throw new AssertionError("split at byte " + cut + ": " + e.getMessage(), e);
            }
        }
        byte[][] single = new byte[input.length][];
        for (int i = 0; i < input.length; i++) {
            single[i] = new byte[] {input[i]};
        }
        check.accept(List.of(single));
    }
}
