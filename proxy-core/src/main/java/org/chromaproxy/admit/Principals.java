package org.chromaproxy.admit;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;

/**
 * Who uses how much: a token each, or, where there are no tokens, a client address each (of IPv6: a network of 64 bits). The
 * table is bounded: entries that use nothing are dropped when it is full, and addresses beyond it share one entry. A principal
 * whose entry was dropped in the very moment of its next request may for that request have two. Thread-safe.
 */
public final class Principals {
    /** As many as may be remembered, of tokens and of addresses each. */
    static final int REMEMBERED = 4_096;

    private final ConcurrentMap<String, PrincipalUse> tokens = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, PrincipalUse> addresses = new ConcurrentHashMap<>();
    private final PrincipalUse others;
    private final LongSupplier nanos;
    private volatile PrincipalLimits limits;

    /** @param limits of everybody for whom nothing else is said */
    public Principals(PrincipalLimits limits) {
        this(limits, System::nanoTime);
    }

    Principals(PrincipalLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
        this.others = new PrincipalUse("other addresses", false, limits, nanos);
    }

    /** With no bounds for anybody. */
    public static Principals unbounded() {
        return new Principals(PrincipalLimits.NONE);
    }

    /** Other bounds hold from now on; each principal takes them up with its next request. */
    public void change(PrincipalLimits now) {
        limits = now;
    }

    /**
     * Who asks.
     *
     * @param token its name; empty where there are no tokens
     * @param overrides the token's own limits, always the same object until they change
     * @param network the client's address, or its network
     */
    public PrincipalUse of(String token, Map<PrincipalLimit, Long> overrides, String network) {
        boolean named = !token.isEmpty();
        ConcurrentMap<String, PrincipalUse> table = named ? tokens : addresses;
        String key = named ? token : network;
        PrincipalUse found = table.get(key);
        if (found == null) {
            found = add(table, key, named);
        }
        found.take(limits, overrides);
        return found;
    }

    private PrincipalUse add(ConcurrentMap<String, PrincipalUse> table, String key, boolean named) {
        if (table.size() >= REMEMBERED) {
            table.values().removeIf(PrincipalUse::idle);
        }
        return table.size() >= REMEMBERED
                ? others
                : table.computeIfAbsent(key, name -> new PrincipalUse(name, named, limits, nanos));
    }

    /** Those that use something or were refused something, the busiest first; at most so many. */
    public List<PrincipalUse> busiest(int most) {
        return all().filter(PrincipalUse::visible)
                .sorted(Comparator.comparingLong(PrincipalUse::weight)
                        .reversed()
                        .thenComparing(PrincipalUse::name))
                .limit(most)
                .toList();
    }

    /** All that are remembered. */
    public Stream<PrincipalUse> all() {
        return Stream.concat(Stream.concat(tokens.values().stream(), addresses.values().stream()), Stream.of(others));
    }
}
