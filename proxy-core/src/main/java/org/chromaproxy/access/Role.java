package org.chromaproxy.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a token permits; each role includes the ones before it. */
public enum Role {
    /** Reads of data, and the proxy's figures. */
    READ,
    /** Writes of records; making, changing and deleting collections and databases. */
    WRITE,
    /** Tenants, and the proxy's endpoints that act. */
    ADMIN;

    /** Whether it permits what needs {@code other}. */
    boolean covers(Role other) {
        return compareTo(other) >= 0;
    }

    /** As files and commands spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Role> named(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }
}
