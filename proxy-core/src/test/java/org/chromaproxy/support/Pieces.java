package org.chromaproxy.support;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Cuts bytes into pieces as a network might: which way is decided by a number, so that it can be done again. */
public final class Pieces {
    private static final int LONGEST = 64;

    private Pieces() {}

    /** @param how 0 leaves it whole, 1 cuts at every byte, anything else somewhere */
    public static List<byte[]> of(byte[] bytes, int how) {
        if (how == 0 || bytes.length == 0) {
            return List.of(bytes);
        }
        RandomGenerator random =
                RandomGeneratorFactory.<RandomGenerator>of("Random").create(how);
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = how == 1 ? 1 : 1 + random.nextInt(LONGEST);
            int end = Math.min(bytes.length, at + length);
            pieces.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return pieces;
    }
}
