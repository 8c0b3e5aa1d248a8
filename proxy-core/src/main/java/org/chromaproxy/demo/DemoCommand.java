package org.chromaproxy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.config.ChromaReleases;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaRelease;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.local.FolderLock;
import org.chromaproxy.local.FreePort;
import org.chromaproxy.local.LocalFolders;
import org.chromaproxy.local.LocalServerException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy demo}: two real Chroma servers, a PostgreSQL log and the proxy, all on this machine. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Starts two real Chroma servers, an embedded PostgreSQL and the proxy, shows a first create, add,"
                + " query and delete with what happened on each side, and stays up until Ctrl-C.")
public final class DemoCommand implements Callable<Integer> {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private final LocalProxy.Starter starter;

    @Spec
    private CommandSpec spec;

    @Option(names = "--port", defaultValue = "8000", description = "Where the proxy listens; default ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--data", description = "Where the data is kept between runs; default .build/demo of the project.")
    private @Nullable Path data;

    @Option(names = "--once", description = "Stop after the walk.")
    private boolean once;

    public DemoCommand(LocalProxy.Starter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws Exception {
        Terminal terminal = new Terminal(spec.commandLine().getOut());
        Servers servers = new Servers();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            terminal.say("");
            terminal.say("Stopping...");
            servers.close();
            terminal.say("Stopped. The data is kept; the next demo goes on with it.");
        }));
        try {
            run(terminal, servers);
        } catch (DemoException | LocalServerException | ConfigException e) {
            terminal.warn(String.valueOf(e.getMessage()));
            return 1;
        }
        if (!once) {
            Outlook.howToStop(terminal);
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private void run(Terminal terminal, Servers servers) throws Exception {
        Path folder = data == null
                ? LocalFolders.build("demo")
                : data.toAbsolutePath().normalize();
        terminal.title("chroma-proxy demo: two real Chroma servers that behave as one");
        claim(folder, servers);
        DemoLogging.into(folder.resolve("proxy.log"));
        DemoReleases releases = new DemoReleases(
                ChromaReleases.ofProcess(), what -> terminal.say("Downloading " + what + ", once..."), terminal::warn);
        ChromaInstallation primaryChroma = releases.ofServer(0);
        ChromaInstallation replicaChroma = releases.ofServer(1);
        int front = freePort(terminal);
        terminal.say("Starting two Chroma servers (" + said(primaryChroma.release(), replicaChroma.release())
                + "), PostgreSQL and the proxy; data in " + folder);
        int after = port == 0 ? 0 : front + 1;
        ChromaServer primary = chroma(servers, primaryChroma, folder.resolve("primary"), after);
        ChromaServer replica =
                chroma(servers, replicaChroma, folder.resolve("replica"), port == 0 ? 0 : primary.port() + 1);
        primary.awaitReady(READY_WITHIN);
        replica.awaitReady(READY_WITHIN);
        LocalProxy proxy = proxy(servers, config(front, primary, replica, folder));
        String url = "http://127.0.0.1:" + proxy.address().getPort();
        Map<String, String> instances = new LinkedHashMap<>();
        instances.put("primary", primary.url());
        instances.put("replica", replica.url());
        try (Call call = new Call()) {
            awaitServing(call, url);
            new Walk(terminal, call, new Sides(call, proxy.wal(), instances), url).go();
        }
        Outlook.print(terminal, url, instances, folder);
    }

    /** One demo per folder: two Chroma servers on one SQLite file would destroy it. */
    private static void claim(Path folder, Servers servers) throws Exception {
        try {
            Files.createDirectories(folder);
            servers.start(() -> FolderLock.tryAcquire(folder)
                    .orElseThrow(() -> new DemoException("another demo is running on " + folder
                            + ": stop it, or give this one a folder of its own with --data DIR")));
        } catch (IOException e) {
            throw new DemoException("cannot use the folder " + folder + ": " + e);
        }
    }

    private int freePort(Terminal terminal) {
        if (port < 0 || port > 65_535) {
            throw new DemoException("--port must be from 0 to 65535, not " + port);
        }
        int free = FreePort.atOrAfter(port);
        if (port != 0 && free != port) {
            terminal.warn("Port " + port + " is in use by another program; taking " + free
                    + " instead (--port N chooses another).");
        }
        return free;
    }

    private static String said(ChromaRelease primary, ChromaRelease replica) {
        return primary == replica ? primary.toString() : primary + " and " + replica;
    }

    private static ChromaServer chroma(Servers servers, ChromaInstallation installation, Path data, int from)
            throws Exception {
        DemoReleases.record(data, installation.release());
        return servers.start(() -> ChromaServer.start(installation, data, FreePort.atOrAfter(from)));
    }

    private static Config config(int port, ChromaServer primary, ChromaServer replica, Path folder) {
        return ConfigReader.of(Map.of(
                "HOST", "127.0.0.1",
                "PORT", Integer.toString(port),
                "PRIMARY_URL", primary.url(),
                "REPLICA_URL", replica.url(),
                "DATA_DIR", folder.toString()));
    }

    private LocalProxy proxy(Servers servers, Config config) throws Exception {
        try {
            return servers.start(() -> starter.start(config));
        } catch (IOException e) {
            // Netty throws it though nothing declares it.
            throw new DemoException("cannot listen on port " + config.listen().port() + ": " + e.getMessage());
        }
    }

    private static void awaitServing(Call call, String url) {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!call.ready(url + "/api/v2/tenants/default_tenant")) {
            if (System.nanoTime() - deadline > 0) {
                throw new DemoException("the proxy does not serve within " + READY_WITHIN.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
