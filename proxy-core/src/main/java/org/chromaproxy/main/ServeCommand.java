package org.chromaproxy.main;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.chromaproxy.access.AccessException;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.Supervision;
import org.chromaproxy.config.audit.Exposure;
import org.chromaproxy.config.command.SettingOptions;
import org.chromaproxy.reload.HangUp;
import org.chromaproxy.reload.Reloader;
import org.chromaproxy.supervise.Supervisor;
import org.chromaproxy.tls.TlsException;
import org.chromaproxy.tls.TlsSides;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy serve}: runs the proxy until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs the proxy in front of PRIMARY_URL and REPLICA_URL, its log in DATABASE_URL or, without one,"
                + " in an embedded PostgreSQL under DATA_DIR.")
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Reloader reloader;
        TlsSides tls;
        try {
            ConfigInput input = SettingOptions.input(spec);
            ConfigInput.Loaded loaded = input.read();
            loaded.values().warnings().forEach(LOG::warn);
            tls = TlsSides.of(loaded.config());
            reloader = new Reloader(input, loaded);
        } catch (ConfigException | TlsException e) {
            LOG.error("{}", e.getMessage());
            return 2;
        }
        HangUp.passOn(reloader::reload);
        OpenedLog log = OpenedLog.open(reloader.config().log());
        ProxyServer server;
        try {
            server = ProxyServer.start(reloader, log.wal(), tls);
        } catch (AccessException | ConfigException e) {
            LOG.error("{}", e.getMessage());
            log.close();
            return 2;
        }
        Supervisor supervisor =
                Supervisor.start(Supervision.fromEnvironment(), server.loops().all(), server::started);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            LOG.info("stopping: finishing what is under way");
            supervisor.stopping();
            server.close();
            log.close();
            supervisor.close();
            LOG.info("stopped");
            stopped.countDown();
        }));
        Config config = reloader.config();
        LOG.info("listening on {}", where(config.listen(), server.address()));
        Exposure exposure = Exposure.of(config);
        if (exposure.toEverybody()) {
            exposure.sentences().forEach(sentence -> LOG.warn("OPEN: {} See docs/hardening.md", sentence));
        }
        stopped.await();
        return 0;
    }

    /** The address that clients connect to; where it is every one of this machine, as it was set. */
    static String where(Config.Listen listen, InetSocketAddress bound) {
        boolean any = bound.getAddress().isAnyLocalAddress();
        String host = any ? listen.host() : bound.getAddress().getHostAddress();
        String shown = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return (listen.tls().certificate().isPresent() ? "https" : "http") + "://" + shown + ":" + bound.getPort()
                + (any ? " (every address of this machine)" : "");
    }
}
