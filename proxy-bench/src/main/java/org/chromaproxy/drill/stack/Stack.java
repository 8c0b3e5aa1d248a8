package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.drill.net.Link;
import org.chromaproxy.drill.net.Network;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.FreePort;

/**
 * A fresh deployment of real processes: two Chroma servers on empty directories, an empty database, one proxy or two,
 * and a fault proxy on every connection between them. Closing it leaves no process behind, nor does the end of this JVM.
 */
public final class Stack implements AutoCloseable {
    private static final AtomicLong DATABASES = new AtomicLong();

    private final Path directory;
    private final Network network = new Network();
    private final PostgresCluster postgres;
    private final String database;
    private final List<Node> nodes = new ArrayList<>();
    private final List<ProxyProcess> proxies = new ArrayList<>();
    private final Links links;

    /** One Chroma server and the proxies' way to it. */
    public record Node(String name, ChromaProcess chroma, Link link) {
        /** SIGKILL, noticed by its clients as from a server of the same machine: resets, then refusals. */
        public void kill() {
            chroma.kill();
            link.targetGone();
        }
    }

    /** The proxies' ways to everything else. */
    public record Links(Link primary, Link replica, Link postgres) {}

    private Stack(Path directory, PostgresCluster postgres) throws IOException {
        this.directory = Files.createDirectories(directory.toAbsolutePath());
        this.postgres = postgres;
        this.database = "drill_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        Path home = directory.toAbsolutePath();
        ChromaProcess primary = ChromaProcess.start(ChromaInstallation.ofServer(0), home.resolve("primary"));
        ChromaProcess replica = ChromaProcess.start(ChromaInstallation.ofServer(1), home.resolve("replica"));
        this.links = new Links(
                link(primary.url().getPort(), Network.Protocol.HTTP),
                link(replica.url().getPort(), Network.Protocol.HTTP),
                link(postgres.port(), Network.Protocol.POSTGRES));
        nodes.add(new Node("primary", primary, links.primary()));
        nodes.add(new Node("replica", replica, links.replica()));
    }

    /**
     * Starts everything and waits until the first proxy serves.
     *
     * @param directory made when missing; all data and logs are kept here
     * @param cluster running; the stack makes a database in it and drops it when closed
     * @throws StackException when something does not start
     */
    public static Stack start(Path directory, PostgresCluster cluster, StackOptions options) {
        Stack stack;
        try {
            stack = new Stack(directory, cluster);
        } catch (IOException e) {
            throw new StackException("cannot use " + directory, e);
        }
        try {
            stack.bringUp(options);
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    private void bringUp(StackOptions options) {
        postgres.createDatabase(database);
        nodes.forEach(node -> node.chroma().awaitReady());
        Map<String, String> environment = new HashMap<>(options.environment());
        environment.put("PRIMARY_URL", "http://127.0.0.1:" + links.primary().port());
        environment.put("REPLICA_URL", "http://127.0.0.1:" + links.replica().port());
        environment.put("DATABASE_URL", postgresUrl(links.postgres().port()));
        environment.put("DATA_DIR", directory.toString());
        proxies.add(ProxyProcess.start(environment, options.jvmOptions(), directory.resolve("proxy.log")));
        awaitServing();
        if (options.standby()) {
            proxies.add(ProxyProcess.start(environment, options.jvmOptions(), directory.resolve("standby.log")));
            proxies.getLast().awaitUp();
        }
    }

    /** Waits until some proxy owns the log and serves. */
    public void awaitServing() {
        ProxyProcess.awaitServing(proxies);
    }

    /** Where clients connect now: the proxy that serves, the first one if none does. Asks them when there are two. */
    public URI proxyUrl() {
        return proxies.size() == 1
                ? proxies.getFirst().url()
                : proxies.stream()
                        .filter(ProxyProcess::serves)
                        .findFirst()
                        .orElse(proxies.getFirst())
                        .url();
    }

    /** All proxies: the first owner, then its stand-by. */
    public List<URI> proxyUrls() {
        return proxies.stream().map(ProxyProcess::url).toList();
    }

    /** The primary itself, past the fault proxy. */
    public URI primaryUrl() {
        return primary().chroma().url();
    }

    /** The replica itself, past the fault proxy. */
    public URI replicaUrl() {
        return replica().chroma().url();
    }

    /** The log, past the fault proxy, as {@code postgresql://user:password@host:port/database}: not for printing. */
    public URI databaseUrl() {
        return URI.create(postgresUrl(postgres.port()));
    }

    /** The same for the JDBC driver. */
    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database + "?user=postgres&password="
                + postgres.password();
    }

    /** Where data and logs are kept. */
    Path directory() {
        return directory;
    }

    public Node primary() {
        return nodes.getFirst();
    }

    public Node replica() {
        return nodes.getLast();
    }

    public PostgresCluster postgres() {
        return postgres;
    }

    /** The name of the log's database. */
    public String database() {
        return database;
    }

    public Links links() {
        return links;
    }

    /** The first owner, then its stand-by. */
    public List<ProxyProcess> proxies() {
        return List.copyOf(proxies);
    }

    @Override
    public void close() {
        proxies.forEach(ProxyProcess::close);
        nodes.forEach(node -> node.chroma().close());
        network.close();
        postgres.dropDatabase(database);
    }

    private Link link(int target, Network.Protocol protocol) {
        return network.link(FreePort.next(), target, protocol);
    }

    private String postgresUrl(int port) {
        return "postgresql://postgres:" + postgres.password() + "@127.0.0.1:" + port + "/" + database;
    }
}
