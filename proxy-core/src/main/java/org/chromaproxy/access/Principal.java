package org.chromaproxy.access;

import java.util.Map;
import java.util.Set;
import org.chromaproxy.config.PrincipalLimit;

/**
 * Who asks.
 *
 * @param name the token's; empty for {@link #ANYONE}
 * @param tenants those it may ask of; empty means all
 * @param limits what it may use, where that is other than for everybody
 */
public record Principal(String name, Role role, Set<String> tenants, Map<PrincipalLimit, Long> limits) {
    /** Every client while no tokens are configured. */
    static final Principal ANYONE = new Principal("", Role.ADMIN, Set.of());

    public Principal {
        // Copied once: whoever looks whether they changed compares the object.
        limits = Map.copyOf(limits);
    }

    /** With what everybody may use. */
    Principal(String name, Role role, Set<String> tenants) {
        this(name, role, tenants, Map.of());
    }

    /** Whether no tenant is closed to it. */
    public boolean everywhere() {
        return tenants.isEmpty();
    }

    /** Whether the endpoints that act are open to it. */
    public boolean acts() {
        return role == Role.ADMIN && everywhere() && !name.isEmpty();
    }

    /** Whether data of that tenant is open to it. */
    boolean in(String tenant) {
        return tenants.isEmpty() || tenants.contains(tenant);
    }
}
