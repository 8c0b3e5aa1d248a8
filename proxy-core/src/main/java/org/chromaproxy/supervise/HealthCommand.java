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
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.Tls;
import org.chromaproxy.config.command.SettingOptions;
import org.chromaproxy.config.setting.TlsSettings;
import org.chromaproxy.config.setting.Values;
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
        ConfigInput.Loaded loaded;
        try {
            loaded = SettingOptions.input(spec).read();
        } catch (ConfigException e) {
            out.println(e.getMessage());
            out.flush();
            return 1;
        }
        Config.Listen listen = loaded.config().listen();
        Optional<Path> certificate = listen.tls().certificate();
        URI uri = address(listen, certificate.isPresent() ? "https" : "http");
        Duration patience = Duration.ofSeconds(Math.max(1, timeout));
        try (HttpClient client = client(patience, certificate, loaded.values())) {
            HttpRequest request = HttpRequest.newBuilder(uri).timeout(patience).build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            out.println(answer.statusCode() + " " + answer.body());
            return alive || answer.statusCode() == 200 ? 0 : 1;
        } catch (IOException | TlsException e) {
            out.println("no proxy answers at " + uri + ": " + e + advice(loaded));
            return 1;
        } finally {
            out.flush();
        }
    }

    private static HttpClient client(Duration patience, Optional<Path> certificate, Values values) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(patience).version(HttpClient.Version.HTTP_1_1);
        Optional<Path> shown = values.get(TlsSettings.HEALTH_CERTIFICATE).map(Path::of);
        Optional<Path> key = values.get(TlsSettings.HEALTH_KEY).map(Path::of);
        certificate.ifPresent(file -> builder.sslContext(OwnCertificate.trusting(file, shown, key)));
        return builder.build();
    }

    private static String advice(ConfigInput.Loaded loaded) {
        boolean demanded = loaded.config().listen().tls().clientAuth() == Tls.ClientAuth.REQUIRE;
        boolean shown = loaded.values().get(TlsSettings.HEALTH_CERTIFICATE).isPresent();
        return demanded && !shown
                ? "; it demands a certificate (tls_client_auth: require): have one made by the authority in tls_client_ca"
                        + " and set health_certificate and health_key"
                : "";
    }

    /** One that listens everywhere listens on loopback too. */
    static URI address(Config.Listen listen, String scheme) {
        String host = listen.host();
        boolean any = host.equals("0.0.0.0") || host.equals("::");
        String literal = host.contains(":") && !any ? "[" + host + "]" : host;
        return URI.create(scheme + "://" + (any ? "127.0.0.1" : literal) + ":" + listen.port() + "/health");
    }
}
