package org.chromaproxy.bench.row.real;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.local.ChromaServer;

/** A proxy in front of two real Chroma servers, and a third one with nothing in front of it. */
record ChromaStack(Server proxy, ChromaServer primary, ChromaServer replica, ChromaServer bare) {
    static ChromaStack start(Setting setting, Running running) {
        return start(setting, running, Map.of());
    }

    /** @param more environment variables of the proxy */
    static ChromaStack start(Setting setting, Running running, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("DATABASE_URL", setting.database().freshDatabase());
        ChromaServer primary = running.add(setting.servers().chroma("primary"));
        ChromaServer replica = running.add(setting.servers().chroma("replica"));
        ChromaServer bare = running.add(setting.servers().chroma("bare"));
        Server proxy =
                running.add(setting.servers().proxy(URI.create(primary.url()), URI.create(replica.url()), settings));
        return new ChromaStack(proxy, primary, replica, bare);
    }

    Measure.Target proxyTarget(String name) {
        return Measure.Target.of(name, proxy);
    }

    Measure.Target bareTarget(String name) {
        return new Measure.Target(name, URI.create(bare.url()), OptionalLong.of(bare.pid()));
    }

    Chroma throughProxy() {
        return new Chroma(proxy.url());
    }

    static Chroma directly(ChromaServer server) {
        return new Chroma(URI.create(server.url()));
    }
}
