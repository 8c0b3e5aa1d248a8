package org.chromaproxy.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.config.setting.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The examples for Compose, Kubernetes and systemd set only what there is, to what can be. */
class ExamplesTest {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[A-Z_]+:\\?[^}]+}|\\$\\([A-Z_]+\\)");
    private static final Pattern MEBIBYTES = Pattern.compile("(\\d+)(?:m|Mi)");
    private static final int GRACE_SECONDS = 40;

    /** Tells which variables were asked for. */
    private static final class Asked extends AbstractMap<String, String> {
        private final Map<String, String> settings;
        private final Set<String> names = new HashSet<>();

        Asked(Map<String, String> settings) {
            this.settings = settings;
        }

        @Override
        public @Nullable String get(@Nullable Object name) {
            names.add(String.valueOf(name));
            return settings.get(name);
        }

        @Override
        public Set<Map.Entry<String, String>> entrySet() {
            return settings.entrySet();
        }
    }

    private static Config accepted(Map<String, String> settings) {
        settings.replaceAll((name, value) -> PLACEHOLDER.matcher(value).replaceAll("secret"));
        Asked asked = new Asked(settings);
        Config config = ConfigReader.of(asked);
        Set<String> unknown = new TreeSet<>(settings.keySet());
        unknown.removeAll(asked.names);
        assertEquals(Set.of(), unknown, "no such settings");
        return config;
    }

    @Test
    void composeRunsTheProxyAsTheImageIsMeantToBeRun() {
        JsonNode compose = Guide.yaml("conf/compose.yaml").getFirst();
        JsonNode proxy = compose.at("/services/proxy");
        Map<String, String> settings = new HashMap<>();
        proxy.path("environment")
                .properties()
                .forEach(set -> settings.put(set.getKey(), set.getValue().asText()));
        Config config = accepted(settings);
        assertReachable(config, name -> !compose.at("/services/" + name).isMissingNode());
        assertTrue(mebibytes(proxy.path("mem_limit")) > config.limits().maxMemoryMb());
        assertTrue(proxy.path("read_only").asBoolean());
        assertEquals(
                "/run/secrets/" + proxy.at("/secrets/0").asText(),
                config.listen().access().tokensFile().orElseThrow().toString());
        assertTrue(compose.at("/secrets/tokens/file").asText().startsWith("${PROXY_TOKENS:?"));
        assertEquals("10001:10001", proxy.path("user").asText());
        assertEquals(GRACE_SECONDS + "s", proxy.path("stop_grace_period").asText());
        proxy.path("depends_on")
                .forEach(service -> assertTrue(compose.path("services").has(service.asText())));
    }

    /** A password that everybody knows is none. */
    @Test
    void noExampleFallsBackToASecretOfItsOwn() {
        String compose = Guide.text("conf/compose.yaml");
        assertFalse(compose.contains(":-"), "a variable with a default");
        assertTrue(compose.lines()
                .filter(line -> line.contains("PASSWORD:") || line.contains("DATABASE_URL:"))
                .allMatch(line -> line.contains("${LOG_PASSWORD:?")));
        assertTrue(Guide.yaml("conf/kubernetes.yaml").stream()
                .noneMatch(object -> object.path("kind").asText().equals("Secret")));
    }

    @Test
    void kubernetesRunsTwoProxiesInFrontOfTwoServers() {
        List<JsonNode> objects = Guide.yaml("conf/kubernetes.yaml");
        Set<String> services = new HashSet<>();
        for (JsonNode object : objects) {
            assertFalse(object.path("apiVersion").asText().isEmpty(), object.toString());
            assertFalse(object.at("/metadata/name").asText().isEmpty(), object.toString());
            if (object.path("kind").asText().equals("Service")) {
                services.add(object.at("/metadata/name").asText());
            } else if (object.has("spec") && object.path("spec").has("template")) {
                assertEquals(object.at("/spec/selector/matchLabels"), object.at("/spec/template/metadata/labels"));
                assertTrue(
                        object.at("/spec/template/spec/containers/0/resources").has("limits"));
            }
        }
        JsonNode deployment = objects.stream()
                .filter(object -> object.path("kind").asText().equals("Deployment"))
                .findFirst()
                .orElseThrow();
        assertEquals(2, deployment.at("/spec/replicas").asInt());
        JsonNode pod = deployment.at("/spec/template/spec");
        assertEquals(GRACE_SECONDS, pod.path("terminationGracePeriodSeconds").asInt());
        assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean());
        JsonNode proxy = pod.at("/containers/0");
        assertTrue(proxy.at("/securityContext/readOnlyRootFilesystem").asBoolean());
        assertEquals("/health", proxy.at("/readinessProbe/httpGet/path").asText());
        Map<String, String> settings = new HashMap<>();
        proxy.path("env")
                .forEach(set -> settings.put(
                        set.path("name").asText(), set.path("value").asText()));
        assertEquals("", settings.remove("LOG_PASSWORD"), "it comes from a secret");
        Config config = accepted(settings);
        assertReachable(config, services::contains);
        assertMounted(pod, config.listen().access().tokensFile().orElseThrow());
        assertMounted(pod, config.listen().tls().certificate().orElseThrow());
        assertMounted(pod, config.listen().tls().key().orElseThrow());
        assertEquals("HTTPS", proxy.at("/readinessProbe/httpGet/scheme").asText());
        assertTrue(mebibytes(proxy.at("/resources/limits/memory"))
                > config.limits().maxMemoryMb());
    }

    /** From a secret that the proxy's group may read, and nobody may change. */
    private static void assertMounted(JsonNode pod, Path file) {
        String folder = String.valueOf(file.getParent());
        String volume = pod.at("/containers/0/volumeMounts")
                .valueStream()
                .filter(mount -> mount.path("mountPath").asText().equals(folder)
                        && mount.path("readOnly").asBoolean())
                .map(mount -> mount.path("name").asText())
                .findFirst()
                .orElseThrow();
        JsonNode secret = pod.path("volumes")
                .valueStream()
                .filter(each -> each.path("name").asText().equals(volume))
                .map(each -> each.path("secret"))
                .findFirst()
                .orElseThrow();
        assertFalse(secret.path("secretName").asText().isEmpty(), volume);
        assertEquals(0440, secret.path("defaultMode").asInt(), volume);
    }

    @Test
    void theServiceSetsWhatThereIs() {
        Map<String, String> settings = new HashMap<>();
        Guide.text("systemd/chroma-proxy.service")
                .lines()
                .filter(line -> line.startsWith("Environment="))
                .flatMap(line -> List.of(line.substring(line.indexOf('=') + 1).split(" ", -1)).stream())
                .map(pair -> pair.split("=", 2))
                .forEach(pair -> settings.put(pair[0], pair[1]));
        String file = settings.remove(Settings.FILE_VARIABLE);
        assertTrue(Guide.text("systemd/chroma-proxy.service").contains("conf/chroma-proxy.yaml " + file), file);
        assertEquals(400, accepted(settings).limits().maxMemoryMb());
    }

    private static void assertReachable(Config config, java.util.function.Predicate<String> known) {
        config.instances()
                .forEach(instance -> assertTrue(known.test(instance.url().getHost()), instance.toString()));
        String host = config.log().url().orElseThrow().replaceAll(".*@|:\\d+/.*", "");
        assertTrue(known.test(host), host);
    }

    private static int mebibytes(JsonNode amount) {
        var found = MEBIBYTES.matcher(amount.asText());
        assertTrue(found.matches(), amount.asText());
        return Integer.parseInt(found.group(1));
    }
}
