package org.chromaproxy.simulation;

import java.util.EnumMap;
import java.util.Map;

/** How likely each of several kinds is. */
final class Weights<T extends Enum<T>> {
    private final Map<T, Integer> shares;
    private final int sum;

    private Weights(Map<T, Integer> shares) {
        this.shares = shares;
        this.sum = shares.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** A share of each kind that has been given. */
    static final class Builder<T extends Enum<T>> {
        private final Map<T, Integer> shares;

        Builder(Class<T> kinds) {
            shares = new EnumMap<>(kinds);
        }

        Builder<T> share(T kind, int share) {
            shares.put(kind, share);
            return this;
        }

        /**
         * Those that were given; unless it is to be even, some of them are left out, and others have many times their share.
         *
         * @param always the kind that is never left out
         */
        Weights<T> drawn(Chance chance, boolean even, T always) {
            Map<T, Integer> some = new EnumMap<>(shares);
            if (!even) {
                some.replaceAll((kind, share) -> share * FACTORS[chance.below(FACTORS.length)]);
                some.replaceAll((kind, share) -> kind == always && share == 0 ? shares.get(kind) : share);
            }
            return new Weights<>(some);
        }
    }

    private static final int[] FACTORS = {0, 1, 1, 6};

    /** One of them. */
    T any(Chance chance) {
        int left = chance.below(sum);
        for (Map.Entry<T, Integer> each : shares.entrySet()) {
            left -= each.getValue();
            if (left < 0) {
                return each.getKey();
            }
        }
        throw new IllegalStateException("the shares are more than their sum");
    }
}
