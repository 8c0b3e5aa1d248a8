package org.chromaproxy.access;

import io.netty.handler.codec.http.HttpMethod;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.RouteKind;

/**
 * What a request needs.
 *
 * @param role the least role; with {@link Where#OPEN} it does not matter
 */
record Need(Role role, Where where) {
    /** Whose data it is about. */
    enum Where {
        /** Nobody's: whether the server lives. Asked without a token by probes and by Chroma's clients. */
        OPEN,
        /** Nobody's, but not for everybody to know. */
        ANYWHERE,
        /** That of the tenant in the path. */
        TENANT,
        /** Possibly every tenant's: only for tokens that are for all. */
        EVERYWHERE
    }

    private static final String SESSION = "/dashboard/session";
    private static final Need OPEN = new Need(Role.READ, Where.OPEN);
    private static final Need KNOWN = new Need(Role.READ, Where.ANYWHERE);

    /** The switch has no default, so that a new kind of route cannot be forgotten. */
    static Need of(Route route, HttpMethod method, String uri) {
        boolean get = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        return switch (route.kind()) {
            case READ_COLLECTION_RECORDS,
                    GET_COLLECTION,
                    GET_COLLECTION_BY_ID,
                    LIST_COLLECTIONS,
                    COUNT_COLLECTIONS,
                    GET_DATABASE,
                    LIST_DATABASES,
                    GET_TENANT -> new Need(Role.READ, Where.TENANT);
            case WRITE_ADD,
                    WRITE_UPDATE,
                    WRITE_UPSERT,
                    WRITE_DELETE,
                    WRITE_OTHER,
                    CREATE_COLLECTION,
                    MODIFY_COLLECTION,
                    DELETE_COLLECTION,
                    CREATE_DATABASE,
                    DELETE_DATABASE -> new Need(Role.WRITE, Where.TENANT);
            case MODIFY_TENANT -> new Need(Role.ADMIN, Where.TENANT);
            // The body names the tenant.
            case CREATE_TENANT, RESET -> new Need(Role.ADMIN, Where.EVERYWHERE);
            case CRN -> new Need(Role.READ, Where.EVERYWHERE);
            case SERVER_READ -> alive(path(uri)) ? OPEN : KNOWN;
            case OWN -> {
                if (get && shown(path(uri))) {
                    yield OPEN;
                }
                if ((get && ofOneTenant(path(uri))) || session(path(uri))) {
                    yield KNOWN;
                }
                yield new Need(get ? Role.READ : Role.ADMIN, Where.EVERYWHERE);
            }
            case V1_GONE, METHOD_NOT_ALLOWED, BAD_PATH, UNKNOWN -> KNOWN;
        };
    }

    boolean open() {
        return where == Where.OPEN;
    }

    boolean metBy(Principal principal, Route route) {
        boolean there = switch (where) {
            case OPEN, ANYWHERE -> true;
            case TENANT -> principal.in(route.scope().tenant());
            case EVERYWHERE -> principal.everywhere();
        };
        return there && principal.role().covers(role);
    }

    /** Whether it lives, and the page, which shows nothing before its reader has a token. */
    private static boolean shown(String path) {
        return path.equals("/health")
                || path.equals("/health/live")
                || path.equals("/health/ready")
                || path.equals("/dashboard")
                || (path.startsWith("/dashboard/") && !session(path));
    }

    /** The page's session, which anybody with a token may begin and end. */
    static boolean session(String path) {
        return path.equals(SESSION);
    }

    /** Whether the proxy itself is asked to act: never without a token. */
    static boolean acts(Route route, HttpMethod method) {
        return route.kind() == RouteKind.OWN && !method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD);
    }

    /** A transaction is shown to those only whose tenant it is of; which that is its record says. */
    private static boolean ofOneTenant(String path) {
        return path.startsWith("/transactions/") || path.startsWith("/transaction/safety/transaction/");
    }

    private static boolean alive(String path) {
        return path.equals("/api/v2/heartbeat") || path.equals("/api/v2/healthcheck");
    }

    static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }
}
