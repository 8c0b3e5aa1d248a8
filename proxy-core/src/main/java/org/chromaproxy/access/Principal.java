package org.chromaproxy.access;

import java.util.Set;

/**
 * Who asks.
 *
 * @param name the token's; empty for {@link #ANYONE}
 * @param tenants those it may ask of; empty means all
 */
public record Principal(String name, Role role, Set<String> tenants) {
    /** Every client while no tokens are configured. */
    public static final Principal ANYONE = new Principal("", Role.ADMIN, Set.of());

    /** Whether no tenant is closed to it. */
    public boolean everywhere() {
        return tenants.isEmpty();
    }

    /** Whether the endpoints that act are open to it. */
    public boolean acts() {
        return role == Role.ADMIN && everywhere() && !name.isEmpty();
    }

    /** Whether data of that tenant is open to it. */
    public boolean in(String tenant) {
        return tenants.isEmpty() || tenants.contains(tenant);
    }
}
