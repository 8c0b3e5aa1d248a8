package org.chromaproxy.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.chromaproxy.guide.Guide;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed of the settings, and that the commands take them as options. */
class ConfigCommandTest {
    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void someSettings() throws IOException {
        file = Files.writeString(
                folder.resolve("proxy.yaml"),
                "port: 8100\nmax_workers: 4\ndatabase_url: postgresql://user:hidden@db.example:5432/log\n");
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    private void printed(String line) {
        assertTrue(
                output.toString()
                        .lines()
                        .anyMatch(printed -> printed.replaceAll(" +", " ").equals(line)),
                () -> line + " is not in\n" + output);
    }

    @Test
    void everyValueIsPrintedWithWhereItComesFromAndSecretsMasked() {
        assertEquals(0, run("config", "--config", file.toString(), "--max-workers=5"), errors::toString);
        printed("port: 8100 # " + file + ", line 1");
        printed("max_workers: 5 # command line, --max-workers");
        printed("database_url: postgresql://user:***@db.example:5432/log # " + file + ", line 3");
        printed("read_replica_ratio: 0.8 # default");
        assertFalse(output.toString().contains("hidden"), output::toString);
        assertEquals("", errors.toString());
    }

    /** What is printed may be used as a file. */
    @Test
    void whatIsPrintedIsYaml() throws IOException {
        assertEquals(0, run("config", "--config=" + file), errors::toString);
        Path printed = Files.writeString(folder.resolve("printed.yaml"), output.toString());
        assertEquals(
                8100, Guide.yaml(printed.toString()).getFirst().path("port").asInt());
        assertEquals(0, run("config", "--check", "--config", printed.toString()), errors::toString);
    }

    @Test
    void whatServeWouldRefuseIsRefusedHereWithTheSameWords() throws IOException {
        Files.writeString(file, "prot: 8100\nport: none\n");
        assertEquals(2, run("config", "--check", "--config", file.toString()));
        assertEquals("", output.toString());
        assertTrue(errors.toString().contains("line 1: prot: there is no such setting; did you mean port?"));
        assertTrue(errors.toString().contains("port: none (" + file + ", line 2) must be a whole number"));
        assertEquals(2, run("serve", "--config", file.toString()));
        assertEquals(2, run("serve", "--config", folder.resolve("none.yaml").toString()));
        assertEquals(1, run("health", "--config", file.toString()));
    }

    @Test
    void anOptionThatIsNoneIsWrongUsage() {
        assertEquals(2, run("serve", "--prot", "1"));
        assertTrue(errors.toString().contains("--prot"), errors::toString);
        assertEquals(2, run("config", "--port", "many"));
        assertTrue(errors.toString().contains("port: many (command line, --port) must be"), errors::toString);
    }

    /** An option that is misspelt is none, and what follows it may be a password. */
    @Test
    void noPasswordOfAWrongCommandLineIsRepeated() {
        for (String[] wrong : new String[][] {
            {"serve", "--primary-ulr=http://user:s3cret@host"},
            {"serve", "--tls-key-pasword", "s3cret"},
            {"serve", "--tls-key-pasword=s3cret"},
            {"serve", "http://user:s3cret@host"},
            {"config", "--port", "1", "--port", "http://user:s3cret@host"},
            {"health", "--timeout", "http://user:s3cret@host"},
            {"health", "--primary-url", "user:s3cret@host"}
        }) {
            assertTrue(run(wrong) != 0, String.join(" ", wrong));
        }
        assertTrue(errors.toString().contains("--primary-ulr"), errors::toString);
        assertFalse((errors + output.toString()).contains("s3cret"), () -> errors + output.toString());
    }

    @Test
    void helpNamesEveryOption() {
        assertEquals(0, run("serve", "--help"));
        assertTrue(output.toString().contains("--read-replica-ratio"), output::toString);
        assertTrue(output.toString().contains("--config"), output::toString);
    }

    @Test
    void theAuditSaysOfEachPointHowItIsAndItsStatusTellsTheWorst() {
        assertEquals(4, run("config", "--audit", "--config", file.toString(), "--host", "0.0.0.0"), errors::toString);
        printed("FAIL tokens there is no TOKENS_FILE: whoever reaches the proxy may read and write everything");
        printed(" do: make tokens with bin/chroma-proxy token new, and let TOKENS_FILE name their file");
        printed("FAIL database-tls sslmode is prefer: bodies and the password may go unencrypted");
        printed("OK servers-verified there is none");
        assertFalse(output.toString().contains("hidden"), output::toString);
        output.getBuffer().setLength(0);
        assertEquals(
                3, run("config", "--audit", "--host", "127.0.0.1", "--data-dir", folder.toString()), output::toString);
        assertEquals(2, run("config", "--audit", "--port", "none"));
    }

    /** As the start does, and in its words; none of them is of the line itself. */
    @Test
    void theAuditReadsTheLinesOfTheTokensFile() throws IOException {
        Path tokens = Files.writeString(folder.resolve("tokens"), "# mine\napp write * hidden-secret\n");
        assertEquals(
                4,
                run("config", "--audit", "--host", "127.0.0.1", "--tokens-file", tokens.toString()),
                errors::toString);
        assertTrue(
                output.toString().contains("line 2 has a fourth part that is not sha256: and 64 hexadecimal digits"),
                output::toString);
        assertFalse(output.toString().contains("hidden-secret"), output::toString);
        output.getBuffer().setLength(0);
        Files.writeString(tokens, "app write * sha256:" + "0a".repeat(32) + "\n");
        run("config", "--audit", "--host", "127.0.0.1", "--tokens-file", tokens.toString());
        assertFalse(output.toString().contains("a start would refuse it"), output::toString);
    }
}
