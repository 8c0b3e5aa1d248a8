package org.chromaproxy.config;

import java.util.EnumMap;
import java.util.Map;

/** What one principal may use. Immutable. */
public final class PrincipalLimits {
    /** No bounds of its own for anybody. */
    public static final PrincipalLimits NONE = new PrincipalLimits(new EnumMap<>(PrincipalLimit.class));

    private final EnumMap<PrincipalLimit, Long> values;

    private PrincipalLimits(EnumMap<PrincipalLimit, Long> values) {
        this.values = values;
    }

    /** These, and 0 for all that are not named. */
    public static PrincipalLimits of(Map<PrincipalLimit, Long> values) {
        return NONE.with(values);
    }

    /** The bound; 0: none. */
    public long of(PrincipalLimit limit) {
        Long value = values.get(limit);
        return value == null ? 0 : value;
    }

    /** Whether so many are more than it permits. */
    public boolean exceeded(PrincipalLimit limit, long amount) {
        long most = of(limit);
        return most > 0 && amount > most;
    }

    /** The same with some of them replaced. */
    public PrincipalLimits with(Map<PrincipalLimit, Long> others) {
        if (others.isEmpty()) {
            return this;
        }
        EnumMap<PrincipalLimit, Long> changed = new EnumMap<>(values);
        changed.putAll(others);
        return new PrincipalLimits(changed);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof PrincipalLimits limits && values.equals(limits.values));
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
