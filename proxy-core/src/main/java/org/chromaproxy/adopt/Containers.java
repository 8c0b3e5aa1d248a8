package org.chromaproxy.adopt;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.chromaproxy.blocking.LogWrites;
import org.chromaproxy.catalog.Catalog.Database;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes tenants and databases on instances that lack what another has. */
final class Containers {
    private static final Logger LOG = LoggerFactory.getLogger(Containers.class);

    private final LogWrites log;

    Containers(LogWrites log) {
        this.log = log;
    }

    void level(List<Inventory> inventories) {
        Set<String> tenants = new LinkedHashSet<>();
        Set<Database> databases = new LinkedHashSet<>();
        for (Inventory inventory : inventories) {
            tenants.addAll(inventory.tenants());
            databases.addAll(inventory.databases());
        }
        for (Inventory inventory : inventories) {
            Instance instance = inventory.instance();
            tenants.stream()
                    .filter(tenant -> !inventory.tenants().contains(tenant))
                    .forEach(tenant -> create(OpKind.CREATE_TENANT, instance, new Database(tenant, ""), tenant));
            databases.stream()
                    .filter(database -> !inventory.databases().contains(database))
                    .forEach(database -> create(OpKind.CREATE_DATABASE, instance, database, database.name()));
        }
    }

    private void create(OpKind kind, Instance target, Database where, String name) {
        LOG.info("{} lacks {}/{}: creating it there", target, where.tenant(), where.name());
        String uri = kind == OpKind.CREATE_TENANT ? ChromaPaths.tenants() : ChromaPaths.databases(where.tenant());
        Subject subject =
                new Subject(Subject.CATALOG, Subject.CATALOG, where.tenant(), where.name(), "", target.name());
        log.execute(kind, subject, new WriteRequest("POST", uri, "application/json", named(name)));
    }

    static byte[] named(String name) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }
}
