package org.chromaproxy.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Source;
import org.chromaproxy.config.setting.Values;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where values come from, which one holds, and what is said of those that cannot work. */
class ConfigInputTest {
    @TempDir
    private Path folder;

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("proxy.yaml"), String.join("\n", lines) + "\n");
    }

    private static ConfigInput.Loaded load(Path file, Map<String, String> environment, Map<String, String> options) {
        return new ConfigInput(options, environment, Optional.of(file)).read();
    }

    private ConfigInput.Loaded load(String... lines) throws IOException {
        return load(file(lines), Map.of(), Map.of());
    }

    private List<String> refused(Path file, Map<String, String> environment) {
        return assertThrows(ConfigException.class, () -> load(file, environment, Map.of()))
                .problems();
    }

    private String refused(String... lines) throws IOException {
        List<String> problems = refused(file(lines), Map.of());
        assertEquals(1, problems.size(), problems.toString());
        return problems.getFirst();
    }

    @Test
    void theCommandLineIsOverTheEnvironmentAndThatOverTheFile() throws IOException {
        Path file = file("port: 1", "max_workers: 4", "read_wait: 2.5", "# port: 7");
        ConfigInput.Loaded loaded = load(file, Map.of("PORT", "2", "MAX_WORKERS", "5"), Map.of("PORT", "3"));
        assertEquals(3, loaded.config().listen().port());
        assertEquals(5, loaded.config().limits().maxWorkers());
        assertEquals(2_500, loaded.config().timing().readWaitMs());
        assertEquals(60_000, loaded.config().timing().requestMs());
        assertEquals("command line, --port", source(loaded, Settings.PORT));
        assertEquals("environment, MAX_WORKERS", source(loaded, Settings.MAX_WORKERS));
        assertEquals(new Source.File(file.toString(), 3), loaded.values().source(Settings.READ_WAIT));
        assertEquals("default", source(loaded, Settings.REQUEST_TIMEOUT));
    }

    private static String source(ConfigInput.Loaded loaded, Setting<?> setting) {
        return loaded.values().source(setting).toString();
    }

    @Test
    void aVariableThatIsEmptyCountsAsNotGiven() throws IOException {
        ConfigInput.Loaded loaded = load(file("port: 1"), Map.of("PORT", " "), Map.of());
        assertEquals(1, loaded.config().listen().port());
    }

    @Test
    void valuesAreWrittenAsPeopleWriteThem() throws IOException {
        Config config = load(
                        "protected_collections: [a, 'b.c']",
                        "adopt_tenants: one, two",
                        "log_max_pending_bytes: 2 GiB",
                        "sole_owner: yes",
                        "transport: NIO",
                        "database_url: \"postgres://u:p%40ss@h1:5432,h2/db?sslmode=require\"")
                .config();
        assertEquals(Set.of("a", "b.c"), config.rules().protectedCollections());
        assertEquals(List.of("one", "two"), config.rules().adoptedTenants());
        assertEquals(2L << 30, config.log().pending().maxBytes());
        assertTrue(config.log().soleOwner());
        assertEquals("nio", config.listen().transport());
        assertTrue(config.log().url().isPresent());
        assertEquals(
                Set.of(), load("protected_collections: []").config().rules().protectedCollections());
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceWithWhereItStandsAndWhatWouldDo() throws IOException {
        Path file = file("port: 99999", "", "max_worker: 4", "transport: epol", "read_replica_ratio: 1");
        List<String> problems = refused(file, Map.of("MAX_BODY_MB", "many", "READ_REPLICA_RATIO", "80"));
        assertEquals(
                List.of(
                        file + ", line 3: max_worker: there is no such setting; did you mean max_workers?",
                        "port: 99999 (" + file + ", line 1) must be a whole number from 0 to 65535; without it: 8000",
                        "transport: epol (" + file + ", line 4) must be one of auto, epoll, nio; without it: auto",
                        "max_body_mb: many (environment, MAX_BODY_MB) must be a whole number from 1 to 1024; without it:"
                                + " 40, or what `MAX_MEMORY_MB` has room for if that is less",
                        "read_replica_ratio: 80 (environment, READ_REPLICA_RATIO) must be a share from 0 to 1; without"
                                + " it: 0.8"),
                problems);
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "[::1]", "fe80::1%eth0", "10.0.0.1", "proxy_1.example-net"})
    void anAddressToListenOnIsTakenInAnyForm(String host) throws IOException {
        assertEquals(host, load("host: '" + host + "'").config().listen().host());
    }

    @Test
    void moreInstancesHaveTheirOrderAndTheirWeights() throws IOException {
        Config config = load(
                        "more_instances: [third=http://c:1, fourth-2=http://d:1]",
                        "read_weights: third=4, primary=0",
                        "drained: third")
                .config();
        assertEquals(
                List.of("primary", "replica", "third", "fourth-2"),
                config.instances().stream().map(Config.Upstream::name).toList());
        assertEquals(Map.of("third", 4, "primary", 0), config.rules().sharing().weights());
        assertEquals(Set.of("third"), config.rules().sharing().drained());
    }

    @Test
    void instancesThatCannotBeToldApartAreRefused() throws IOException {
        for (String wrong :
                List.of("Third=http://c:1", "a=http://c:1, a=http://d:1", "http://c:1", "a=ftp://c", "a=")) {
            assertTrue(refused("more_instances: " + wrong).contains("must be names and addresses"), wrong);
        }
        assertTrue(refused("more_instances: replica=http://c:1").contains("take another name"));
        assertTrue(refused("replica_url: http://b:1", "more_instances: third=http://b:1")
                .contains("gives third the address of replica"));
        for (String same : List.of("http://H:80", "http://h:80/", "http://h/")) {
            assertTrue(
                    refused("primary_url: http://h", "replica_url: " + same).contains("is the primary's address too"),
                    same);
            assertTrue(
                    refused("primary_url: http://h", "more_instances: third=" + same)
                            .contains("gives third the address of primary"),
                    same);
        }
        assertTrue(refused("more_instances: a=https://C:443/, b=https://c").contains("gives b the address of a"));
        load("primary_url: http://h:443", "replica_url: https://h", "more_instances: third=http://h:8001");
        for (String wrong : List.of("primary", "primary=-1", "primary=1001", "primary=1, primary=2", "primary=0.5")) {
            assertTrue(refused("read_weights: " + wrong).contains("must be names and weights"), wrong);
        }
        assertTrue(refused("read_weights: third=1").contains("names no instance with [third]"));
        assertTrue(refused("drained: [primary, replica]").contains("names every instance"));
    }

    @Test
    void aKeyThatIsUnknownIsRefused() throws IOException {
        assertTrue(refused("PORT: 1").endsWith("line 1: PORT: there is no such setting; did you mean port?"));
        assertTrue(
                refused("limits:", "  port: 1").contains("limits: there is no such setting; \"chroma-proxy config\""));
        assertTrue(refused("port: 1", "host: h", "port: 2")
                .endsWith("port: is there already, in line 1; take one of them out"));
        assertTrue(refused("port: {a: 1}").contains("port: must be one value"));
        assertTrue(refused("port:").contains("port: must be one value, or a list of such; take the line out"));
        assertTrue(refused("[port, 1]").endsWith("must be a list of \"key: value\" lines"));
        assertTrue(refused("port: 1", "---", "port: 2").contains("is not YAML"));
    }

    @Test
    void whatIsNoYamlIsToldWithItsLineAndWithoutItsText() throws IOException {
        String problem = refused("port: 1", "database_url: \"postgresql://u:hidden@h", "port: 2");
        assertTrue(problem.contains(", line "), problem);
        assertFalse(problem.contains("hidden"), problem);
    }

    @Test
    void aFileThatIsNotThereIsNotPassedOver() {
        List<String> problems = refused(folder.resolve("other.yaml"), Map.of());
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().contains("other.yaml: there is no such file; correct --config or CONFIG_FILE"));
    }

    @Test
    void valuesThatCannotWorkTogetherAreRefused() throws IOException {
        assertTrue(refused("max_body_mb: 200").contains("is larger than the 40 that max_memory_mb (400) has room for"));
        assertTrue(refused("replica_url: http://127.0.0.1:8001").contains("is the primary's address too"));
    }

    @Test
    void aVariableThatDiffersByALetterIsWarnedOf() throws IOException {
        ConfigInput.Loaded loaded = load(
                file("enable_granular_locking: false"),
                Map.of("MAX_WORKER", "9", "PATH", "/bin", "HOSTNAME", "a", "CONFIG_FILE", "x"),
                Map.of());
        assertEquals(
                List.of(
                        "environment, MAX_WORKER: is not a setting and has no effect; did you mean MAX_WORKERS?",
                        "enable_granular_locking: false ("
                                + loaded.values().file().orElseThrow()
                                + ", line 1) has no effect: it is always on here"),
                loaded.values().warnings());
        assertEquals(3, loaded.config().limits().maxWorkers());
    }

    @Test
    void secretsAreNeverShown() throws IOException {
        for (String url : List.of(
                "postgresql://user:hidden@h:5432/db",
                "postgresql://user:hid@den@h/db",
                "postgresql://h/db?user=u&password=hidden",
                "jdbc:postgresql://h:1/db?password=hidden",
                "postgresql://user:hidden:hidden@h1,h2/db")) {
            String shown = load("database_url: '" + url + "'").values().shown(Settings.DATABASE_URL);
            assertFalse(shown.contains("hid") || shown.contains("den"), shown);
        }
        assertEquals(
                "postgresql://user:***@h:5432/db",
                load("database_url: postgresql://user:hidden@h:5432/db")
                        .values()
                        .shown(Settings.DATABASE_URL));
        String problem = refused("database_url: 'mysql://user:hidden@h/db'");
        assertTrue(problem.startsWith("database_url: *** ("), problem);
        assertTrue(problem.contains("must be an address like postgresql://user:password@host:port/database"), problem);
    }

    /** Whatever the setting, and however the address is spelled or misspelt. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:s3cret@host:8001",
                "HTTP://user:s3cret@host:8001",
                "http://user:12%34s3cret@host",
                "http://s3cret@host",
                "http://user:s3c@s3cret@host",
                "http://user:s3/s3cret@host",
                "http://user:a?s3cret@host",
                "http://user:a#s3cret@host",
                "http://user:a,s3cret@host",
                "http://user: s3cret@host",
                "http:/user:s3cret@host",
                "http:user:s3cret@host",
                "//user:s3cret@host",
                "/user:s3cret@host",
                "user:s3cret@host:8001",
                "s3cret@host",
                "http://user:s3cret",
                "http://user:s3cret/path",
                "http://[::1]:s3cret",
                "http://user:s3cret%40host",
                "http://user:://s3cret@host",
                "ftp://user:s3cret@host/path",
                "jdbc:postgresql://user:s3cret@host/db",
                "jdbc:postgresql://host/db?user=u&password=s3cret",
                "http://host/?api-key=s3cret",
                "http://host/#s3cret",
                "host=h user=u password = s3cret",
                "third=http://user:s3cret@host",
                "third=http://a:s3cret@host, fourth=http://b:s3cret@host",
                "third=http://host, fourth=http://user:s3cret@host"
            })
    void noPasswordInAnAddressIsShown(String value) throws IOException {
        for (Setting<?> setting : Settings.all()) {
            Map<String, String> environment = Map.of(setting.variable(), value);
            StringBuilder told = new StringBuilder();
            try {
                Values values = load(file("# nothing"), environment, Map.of()).values();
                told.append(values.warnings());
                Settings.all().forEach(each -> told.append(values.shown(each)).append('\n'));
            } catch (ConfigException e) {
                told.append(e.getMessage()).append(e.problems());
            }
            assertFalse(told.toString().contains("s3c"), setting.variable() + "=" + value + ": " + told);
        }
    }

    @Test
    void whatIsNoSecretIsShownAsItIs() throws IOException {
        for (String value :
                List.of("http://host:8001", "https://[::1]:8443/", "/etc/proxy@site/ca.pem", "a b", "::1")) {
            assertEquals(
                    value, load("wal_sync_interval: '" + value + "'").values().shown(Settings.WAL_SYNC_INTERVAL));
        }
        String problem = refused("replica_url: https://user:word@host:8002/path");
        assertTrue(problem.startsWith("replica_url: https://***@host:8002/path ("), problem);
    }

    @Test
    void aFileThatCannotBeReadIsToldWithoutItsSecrets() throws IOException {
        for (String line : List.of(
                "upstream_token: *s3cret",
                "upstream_token: !s3cret!x y",
                "'http://user:s3cret@host': x",
                "primary_url = http://user:s3cret@host",
                "upstream_token: [s3cret",
                "upstream_token: {s3cret: s3cret}")) {
            String problem = refused(line);
            assertFalse(problem.contains("s3cret"), problem);
        }
        ConfigException missing = assertThrows(
                ConfigException.class,
                () -> ConfigInput.of(Map.of(), Map.of("CONFIG_FILE", "http://user:s3cret@host/x"))
                        .read());
        assertFalse(missing.problems().toString().contains("s3cret"), missing.toString());
    }

    /** The driver would repeat them, options and all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://h?password=pw",
                "jdbc:postgresql://h:0/db",
                "jdbc:postgresql://h:70000/db",
                "jdbc:postgresql://h:x/db",
                "jdbc:postgresql://u:p@h/db",
                "jdbc:postgresql://h/d%zz",
                "jdbc:postgresql://h/d?password=%zz",
                "postgresql://u:p@h:70000/db",
                "postgresql://u:p@h1:5432,h2:0/db",
                "postgresql://u:p@h/db?options=%z"
            })
    void aDatabaseThatTheDriverCannotReadIsRefused(String url) throws IOException {
        assertTrue(refused("database_url: '" + url + "'").contains("must be an address like postgresql://"), url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql:db",
                "jdbc:postgresql:/",
                "jdbc:postgresql:///db",
                "jdbc:postgresql://h:65535,[::1]:5432/db?a=b%20c",
                "postgresql://h",
                "postgres://u:p%40@h1:1,h2/",
                "postgresql://u@[fe80::1]:5432/db?sslmode=require&x"
            })
    void aDatabaseThatTheDriverReadsIsTaken(String url) throws IOException {
        assertEquals(
                Optional.of(url),
                load("database_url: '" + url + "'").config().log().url());
    }

    @Test
    void aFileOfCommentsAndNoFileAreTheSame() throws IOException {
        assertEquals(
                ConfigReader.of(Map.of()), load("# nothing", "", "  # port: 1").config());
    }

    @Test
    void tlsTowardsTheServersIsCheckedAsAWhole() throws IOException {
        String secured = "primary_url: https://chroma.example";
        ConfigInput.Loaded plain = load("primary_url: http://chroma.example:8001/");
        assertEquals(Tls.Upstream.DEFAULT, plain.config().listen().tls().upstream());
        ConfigInput.Loaded loaded = load(secured, "upstream_ca: ca.pem", "upstream_tls_verify: CA");
        Tls.Upstream upstream = loaded.config().listen().tls().upstream();
        assertEquals(Optional.of(Path.of("ca.pem")), upstream.ca());
        assertEquals(Tls.Verify.CA, upstream.verify());
        assertEquals(List.of(), loaded.values().warnings());
        List<String> loud = load(secured, "upstream_tls_verify: none").values().warnings();
        assertEquals(1, loud.size(), loud.toString());
        assertTrue(loud.getFirst().contains("NOT verified"), loud.getFirst());
        assertTrue(load("upstream_ca: ca.pem")
                .values()
                .warnings()
                .getFirst()
                .contains("no server's address begins with https://"));
        String third = "more_instances: third=https://c.example";
        assertEquals(List.of(), load(third, "upstream_ca: ca.pem").values().warnings());
        List<String> aloud = load(third, "upstream_tls_verify: none").values().warnings();
        assertTrue(aloud.size() == 1 && aloud.getFirst().contains("NOT verified"), aloud.toString());
        assertTrue(refused(secured, "upstream_key: key.pem").contains("upstream_certificate and upstream_key"));
        assertTrue(refused("health_key: key.pem").contains("health_certificate and health_key"));
        for (String wrong : List.of("https://user:word@host", "https://host/path", "ftp://host", "https://host?a=b")) {
            assertTrue(refused("replica_url: " + wrong).contains("https://host:port"), wrong);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "WARN", "info, lane=debug", "error,wal.append = trace, health=info"})
    void packagesMayHaveLevelsOfTheirOwn(String levels) throws IOException {
        assertEquals(
                levels.toLowerCase(Locale.ROOT).replaceAll(",\\s*", ", "),
                load("log_level: '" + levels + "'").values().get(Settings.LOG_LEVEL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"loud", "lane=debug", "info, lane", "info, lane=loud", "info, =debug", "info, Lane.Faults=debug2"
            })
    void otherLevelsAreReported(String levels) {
        assertThrows(ConfigException.class, () -> load("log_level: '" + levels + "'"));
    }
}
