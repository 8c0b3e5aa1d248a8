package org.chromaproxy.bench.row;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.chromaproxy.bench.process.Server;

/** A proxy in front of two stubs: what is measured when Chroma itself must not be. */
public record StubStack(Server proxy, Server stub) {
    /** The same collections as the proxy and as the first stub name them. */
    public record Collections(List<String> here, List<String> there) {}

    /**
     * Starts it on an empty database.
     *
     * @param settings environment variables of the proxy, beside its addresses
     */
    public static StubStack start(Setting setting, Running running, Map<String, String> settings) {
        Server stub = running.add(setting.servers().stub());
        Server other = running.add(setting.servers().stub());
        Map<String, String> all = new HashMap<>(settings);
        all.put("DATABASE_URL", setting.database().freshDatabase());
        return new StubStack(running.add(setting.servers().proxy(stub.url(), other.url(), all)), stub);
    }

    /** Makes so many collections, their dimension fixed. */
    public Collections collections(String prefix, int count) {
        List<String> here = new Chroma(proxy.url()).create(prefix, count);
        Chroma upstream = new Chroma(stub.url());
        List<String> there = IntStream.range(0, count)
                .mapToObj(i -> upstream.path(prefix + "-" + i))
                .toList();
        return new Collections(here, there);
    }
}
