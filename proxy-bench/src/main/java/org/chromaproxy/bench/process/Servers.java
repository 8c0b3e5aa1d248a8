package org.chromaproxy.bench.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.drill.evidence.Http;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.local.LocalFolders;

/** Starts what is measured, each in a folder of its own below one. */
public final class Servers {
    private static final Duration CHROMA_START = Duration.ofSeconds(60);
    private static final Duration PROXY_START = Duration.ofSeconds(90);
    private static final String PROBE = "/api/v2/tenants/default_tenant";

    private final Path folder;
    private int started;

    public Servers(Path folder) {
        this.folder = folder;
    }

    private Path fresh(String name) {
        started++;
        try {
            return Files.createDirectories(folder.resolve(name + "-" + started));
        } catch (IOException e) {
            throw new BenchException("cannot make a folder in " + folder, e);
        }
    }

    /** Where a file for some tool may be written. */
    public Path file(String name) {
        return fresh("tool").resolve(name);
    }

    /** The Java that runs this. */
    public static Path javaHome() {
        return Path.of(ProcessHandle.current().info().command().orElseThrow())
                .resolve("../..")
                .normalize();
    }

    /** An empty stub. */
    public Server stub() {
        return stub(0, 0);
    }

    /** The stub with so many collections in it, whose ids depend on {@code server}. */
    public Server stub(int collections, int server) {
        int port = Server.freePort();
        List<String> command = List.of(
                javaHome().resolve("bin").resolve("java").toString(),
                "-Xmx128m",
                "-XX:MaxDirectMemorySize=128m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                ManagementFactory.getRuntimeMXBean().getClassPath(),
                "org.chromaproxy.bench.stub.StubServer",
                Integer.toString(port),
                Integer.toString(collections),
                Integer.toString(server));
        Path log = fresh("stub").resolve("stub.log");
        return Server.start(new Server.Recipe(command, Map.of(), port, log)).awaitAnswer(PROBE);
    }

    /** A rival in front of one upstream. */
    public Server rival(Rival rival, Path program, URI upstream) {
        int port = Server.freePort();
        Path home = fresh(rival.name().toLowerCase(java.util.Locale.ROOT));
        Path file = home.resolve("rival.conf");
        try {
            Files.writeString(file, rival.configuration(port, upstream, home));
        } catch (IOException e) {
            throw new BenchException("cannot write " + file, e);
        }
        List<String> command = rival.command(program, file, home);
        return Server.start(new Server.Recipe(command, Map.of(), port, home.resolve("rival.log")))
                .awaitAnswer(PROBE);
    }

    /** A real Chroma server on an empty folder, answering; of the release that is chosen for the first server. */
    public ChromaServer chroma(String name) {
        return ChromaServer.start(ChromaInstallation.ofServer(0), fresh(name), Server.freePort())
                .awaitReady(CHROMA_START);
    }

    /**
     * The proxy as the launcher starts it, serving.
     *
     * @param settings environment variables, beside its port and the upstreams
     */
    public Server proxy(URI primary, URI replica, Map<String, String> settings) {
        Server proxy = coldProxy(primary, replica, settings);
        proxy.awaitAnswer("/health");
        Http http = new Http(proxy.url(), Duration.ofSeconds(10));
        Waiting.until(PROXY_START, () -> bothUp(http), () -> "the proxy's instances do not come up: see " + folder);
        return proxy;
    }

    /** The same, just launched. */
    public Server coldProxy(URI primary, URI replica, Map<String, String> settings) {
        int port = Server.freePort();
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("HOST", "127.0.0.1");
        environment.put("PORT", Integer.toString(port));
        environment.put("PRIMARY_URL", primary.toString());
        environment.put("REPLICA_URL", replica.toString());
        environment.put("JAVA_HOME", javaHome().toString());
        environment.putIfAbsent("MAX_MEMORY_MB", "400");
        Path home = fresh("proxy");
        environment.put("DATA_DIR", home.toString());
        List<String> command = List.of(launcher().toString(), "serve");
        return Server.start(new Server.Recipe(command, Map.copyOf(environment), port, home.resolve("proxy.log")));
    }

    /** The folder of the project that this was built in. */
    public static Path project() {
        return LocalFolders.build("bench").resolve("../..").normalize();
    }

    private static Path launcher() {
        return project().resolve("bin").resolve("chroma-proxy");
    }

    private static boolean bothUp(Http http) {
        try {
            var instances = http.get("/admin/instances").body();
            return instances.findValuesAsText("healthy").stream()
                            .filter("true"::equals)
                            .count()
                    >= 2;
        } catch (IOException notYet) {
            return false;
        }
    }
}
