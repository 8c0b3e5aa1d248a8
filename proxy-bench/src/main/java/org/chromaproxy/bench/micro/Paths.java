package org.chromaproxy.bench.micro;

import java.util.UUID;
import org.chromaproxy.bench.load.Requests;

/** Paths and bodies as clients send them. */
final class Paths {
    static final UUID ID = UUID.fromString("0198c2a6-5a1e-7c3d-9f00-0123456789ab");
    static final UUID OTHER = UUID.fromString("7d444840-9dc0-11d1-b245-5ffdce74fad2");
    static final String TENANT = "default_tenant";
    static final String DATABASE = "default_database";
    static final String COLLECTIONS = "/api/v2/tenants/" + TENANT + "/databases/" + DATABASE + "/collections";
    static final String RECORDS = COLLECTIONS + "/" + ID;

    private Paths() {}

    /** The body of an add of one record, 3.6 KB. */
    static byte[] add(String id) {
        return Requests.addBody(java.util.List.of(id)).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
