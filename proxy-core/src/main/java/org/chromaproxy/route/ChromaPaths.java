package org.chromaproxy.route;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.chromaproxy.wal.record.Mapping;

/** Paths of Chroma's API for requests the proxy makes itself. */
public final class ChromaPaths {
    /** Who the client is to the server. */
    public static final String IDENTITY = "/api/v2/auth/identity";

    private ChromaPaths() {}

    public static String tenants() {
        return "/api/v2/tenants";
    }

    public static String tenant(String tenant) {
        return "/api/v2/tenants/" + encode(tenant);
    }

    public static String databases(String tenant) {
        return tenant(tenant) + "/databases";
    }

    public static String database(String tenant, String database) {
        return databases(tenant) + "/" + encode(database);
    }

    public static String collections(String tenant, String database) {
        return database(tenant, database) + "/collections";
    }

    /** A collection by name. */
    public static String collection(Mapping.Path path) {
        return collections(path.tenant(), path.database()) + "/" + encode(path.name());
    }

    /** An operation on the records of a collection, by id. */
    public static String records(Mapping.Path path, UUID id, String operation) {
        return collections(path.tenant(), path.database()) + "/" + id + "/" + operation;
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
