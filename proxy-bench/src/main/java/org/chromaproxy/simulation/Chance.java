package org.chromaproxy.simulation;

import java.util.SplittableRandom;
import java.util.UUID;

/**
 * A stream of chance of its own, made of the history's seed and of what it is for. So what one element of a history draws, such as a
 * fault or a request, does not depend on the others: one can be left out, and the rest draws what it drew before.
 */
final class Chance {
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    private final SplittableRandom random;

    /** @param identity numbers and texts, equal for equal streams */
    Chance(long seed, Object... identity) {
        random = new SplittableRandom(hash(seed, identity));
    }

    /** A number that tells one identity from another. */
    static long hash(long seed, Object... identity) {
        long hash = mixed(seed + FACTOR);
        for (Object part : identity) {
            hash = mixed((hash ^ of(part)) * FACTOR);
        }
        return hash;
    }

    private static long of(Object part) {
        if (part instanceof Number number) {
            return number.longValue();
        }
        long hash = 1;
        String text = part.toString();
        for (int i = 0; i < text.length(); i++) {
            hash = hash * 31 + text.charAt(i);
        }
        return hash;
    }

    private static long mixed(long bits) {
        long once = (bits ^ (bits >>> 32)) * 0xd6e8feb86659fd93L;
        return (once ^ (once >>> 29)) * 0xd6e8feb86659fd93L;
    }

    /** From 0 to {@code bound} less one. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code least} to {@code most}. */
    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    /** True as often as that. */
    boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    UUID uuid() {
        long high = (random.nextLong() & ~0xf000L) | 0x7000L;
        return new UUID(high, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }
}
