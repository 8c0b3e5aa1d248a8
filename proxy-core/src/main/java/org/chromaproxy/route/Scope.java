package org.chromaproxy.route;

/**
 * Whose data a request is about, percent-decoded; a part that the route does not have is empty.
 *
 * @param tenant the tenant's name
 * @param database the database's name
 */
public record Scope(String tenant, String database) {
    /** Neither tenant nor database. */
    static final Scope NONE = new Scope("", "");
}
