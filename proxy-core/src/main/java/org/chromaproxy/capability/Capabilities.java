package org.chromaproxy.capability;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What was seen of one server. What was not seen is unknown: neither had nor lacked.
 *
 * @param routes as {@code METHOD /path/{parameter}}; empty if the server does not list them
 * @param features those it has
 * @param missing those it lacks
 */
public record Capabilities(Set<String> routes, Set<Feature> features, Set<Feature> missing) {
    /** Of a server that was not asked yet, or does not say. */
    public static final Capabilities UNKNOWN = new Capabilities(Set.of(), Set.of(), Set.of());

    public Capabilities {
        routes = Set.copyOf(routes);
        features = Set.copyOf(features);
        missing = Set.copyOf(missing);
    }

    /** Whether the server was asked and lists its routes. */
    public boolean known() {
        return !routes.isEmpty();
    }

    /** Whether it is known to have that feature. */
    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** Whether it is known to lack that feature. */
    public boolean lacks(Feature feature) {
        return missing.contains(feature);
    }

    /** Whether it is known to lack one of these. */
    public boolean lacksAny(Set<Feature> wanted) {
        return wanted.stream().anyMatch(missing::contains);
    }

    /**
     * Whether it is known to have a route for that request to a tenant, a database or a collection.
     *
     * @param path as a client sends it; a query is ignored
     */
    public boolean hasRoute(String method, String path) {
        String[] wanted = segments(path);
        String prefix = method.toUpperCase(Locale.ROOT) + " ";
        return routes.stream()
                .filter(route -> route.startsWith(prefix))
                .anyMatch(route -> matches(segments(route.substring(prefix.length())), wanted));
    }

    /** Whether it is known to have none: then its 404 or 405 for such a request is an answer. */
    public boolean lacksRoute(String method, String path) {
        return known() && !hasRoute(method, path);
    }

    /** The same with one more answer to a question about a feature. */
    public Capabilities with(Feature feature, boolean present) {
        Set<Feature> had = EnumSet.noneOf(Feature.class);
        had.addAll(features);
        Set<Feature> lacked = EnumSet.noneOf(Feature.class);
        lacked.addAll(missing);
        had.remove(feature);
        lacked.remove(feature);
        (present ? had : lacked).add(feature);
        return new Capabilities(routes, had, lacked);
    }

    private static String[] segments(String path) {
        int query = path.indexOf('?');
        return (query < 0 ? path : path.substring(0, query)).split("/", -1);
    }

    private static boolean matches(String[] route, String[] path) {
        if (route.length != path.length) {
            return false;
        }
        for (int i = 0; i < route.length; i++) {
            boolean parameter = route[i].startsWith("{") && !path[i].isEmpty();
            if (!parameter && !route[i].equals(path[i])) {
                return false;
            }
        }
        return true;
    }
}
