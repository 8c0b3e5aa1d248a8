package org.chromaproxy.supervise;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.command.SettingOptions;
import org.chromaproxy.tls.OwnCertificate;
import org.chromaproxy.tls.TlsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy health}: asks the proxy on this machine how it is. Exit status 0: it can serve; 1: it cannot. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = "Asks the proxy at HOST and PORT how it is. Exit status 0: it can serve; 1: it cannot.")
public final class HealthCommand implements Callable<Integer> {
    @Option(names = "--alive", description = "A proxy that answers is enough, whether it can serve or not.")
    private boolean alive;

    @Option(names = "--timeout", defaultValue = "3", description = "Seconds to wait; default ${DEFAULT-VALUE}.")
    private int timeout;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Config.Listen listen;
        try {
            listen = SettingOptions.input(spec).read().config().listen();
        } catch (ConfigException e) {
            out.println(e.getMessage());
            out.flush();
            return 1;
        }
        Optional<Path> certificate = listen.tls().certificate();
        URI uri = address(listen, certificate.isPresent() ? "https" : "http");
        Duration patience = Duration.ofSeconds(Math.max(1, timeout));
        try (HttpClient client = client(patience, certificate)) {
            HttpRequest request = HttpRequest.newBuilder(uri).timeout(patience).build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            out.println(answer.statusCode() + " " + answer.body());
            return alive || answer.statusCode() == 200 ? 0 : 1;
        } catch (IOException | TlsException e) {
            out.println("no proxy answers at " + uri + ": " + e);
            return 1;
        } finally {
            out.flush();
        }
    }

    private static HttpClient client(Duration patience, Optional<Path> certificate) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(patience).version(HttpClient.Version.HTTP_1_1);
        certificate.ifPresent(file -> builder.sslContext(OwnCertificate.trusting(file)));
        return builder.build();
    }

    /** One that listens everywhere listens on loopback too. */
    static URI address(Config.Listen listen, String scheme) {
        String host = listen.host();
        boolean any = host.equals("0.0.0.0") || host.equals("::");
        String literal = host.contains(":") && !any ? "[" + host + "]" : host;
        return URI.create(scheme + "://" + (any ? "127.0.0.1" : literal) + ":" + listen.port() + "/health");
    }
}
