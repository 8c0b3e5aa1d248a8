package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.config.PrincipalLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TokensTest {
    private static Token token(String secret) {
        return new Token(new Principal("of-" + secret, Role.READ, Set.of()), Token.hash(secret));
    }

    /** Where the right one stands, or whether there is one, must not be told by how long it takes. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "middle", "last", "none", ""})
    void everyTokenIsComparedWhicheverMatches(String secret) {
        List<Token> all = List.of(token("first"), token("middle"), token("last"));
        List<byte[]> compared = new ArrayList<>();
        Tokens tokens = new Tokens(all, (stored, presented) -> {
            compared.add(stored);
            return MessageDigest.isEqual(stored, presented);
        });
        Optional<String> found = tokens.find(secret, true).map(Principal::name);
        boolean known = all.stream().anyMatch(token -> token.principal().name().equals("of-" + secret));
        assertEquals(known ? Optional.of("of-" + secret) : Optional.empty(), found);
        assertEquals(
                secret.isEmpty() ? List.of() : all.stream().map(Token::hash).toList(), compared);
    }

    @Test
    void aSecretIsFoundInEveryWayClientsSendIt() {
        Tokens tokens = new Tokens(List.of(token("s3:cret")));
        String basic = Base64.getEncoder().encodeToString("any user:s3:cret".getBytes(StandardCharsets.UTF_8));
        for (String value : List.of("Bearer s3:cret", "bearer  s3:cret ", "Basic " + basic, "BASIC " + basic)) {
            assertTrue(tokens.find(value, false).isPresent(), value);
        }
        assertTrue(tokens.find("s3:cret", true).isPresent());
        for (String value : List.of("s3:cret", "Bearer", "Bearer ", "Basic s3:cret", "Basic !", "Digest s3:cret")) {
            assertTrue(tokens.find(value, false).isEmpty(), value);
        }
        assertTrue(tokens.find("Bearer s3:cret", true).isEmpty());
    }

    @Test
    void theCommandPrintsATokenOnceAndALineThatKnowsItByItsHash(@TempDir Path folder) throws IOException {
        StringWriter text = new StringWriter();
        CommandLine command = TokenCommand.commandLine().setOut(new PrintWriter(text, true));
        assertEquals(0, command.execute("new", "--name", "app", "--role", "write", "--tenant", "t1", "--tenant", "t2"));
        List<String> lines = text.toString().lines().map(String::strip).toList();
        String secret = lines.get(1);
        assertTrue(secret.matches("cp_[A-Za-z0-9_-]{43}"), secret);
        Path file = Files.write(folder.resolve("tokens"), List.of("# who may", "", lines.get(3)));
        assertFalse(lines.get(3).contains(secret));
        Principal found = new Tokens(TokensFile.read(file)).find(secret, true).orElseThrow();
        assertEquals(new Principal("app", Role.WRITE, Set.of("t1", "t2")), found);
    }

    @Test
    void theHelpOfANewTokenNamesEveryLimit() {
        StringWriter text = new StringWriter();
        TokenCommand.commandLine().setOut(new PrintWriter(text)).execute("new", "--help");
        String help = text.toString().replaceAll("\\s+", "");
        for (PrincipalLimit limit : PrincipalLimit.values()) {
            assertTrue(help.contains(limit.word()), limit.word() + " is not in: " + help);
        }
    }

    @Test
    void limitsOfItsOwnFollowTheHashAndEveryWrongOneIsToldByItsLineOnly(@TempDir Path folder) throws IOException {
        StringWriter text = new StringWriter();
        CommandLine command = TokenCommand.commandLine().setOut(new PrintWriter(text, true));
        String[] arguments = {"new", "--name=app", "--role=write", "--limit=requests=200", "--limit=pending=1GiB"};
        assertEquals(0, command.execute(arguments));
        String line = text.toString().lines().map(String::strip).toList().get(3);
        assertTrue(line.endsWith(" requests=200 pending=1073741824"), line);
        Path file = Files.write(folder.resolve("tokens"), List.of(line));
        assertEquals(
                Map.of(PrincipalLimit.REQUESTS, 200L, PrincipalLimit.PENDING, 1L << 30),
                TokensFile.read(file).getFirst().principal().limits());

        String start = " read * " + Token.HASH;
        List<String> wrong =
                List.of("secrets=1", "requests=", "requests=-1", "requests=secret", "waits", "faults=1 faults=2");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < wrong.size(); i++) {
            lines.add("t" + i + start + Integer.toString(i).repeat(64) + " " + wrong.get(i));
        }
        Path bad = Files.write(folder.resolve("bad"), lines);
        String message =
                assertThrows(AccessException.class, () -> TokensFile.read(bad)).toString();
        for (int i = 1; i <= wrong.size(); i++) {
            assertTrue(message.contains("line " + i + " has"), message);
        }
        assertFalse(message.contains("secret"), message);
        assertEquals(
                2,
                command.setErr(new PrintWriter(text)).execute("new", "--name=a", "--role=read", "--limit=nothing=1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--role=owner", "--name=a b", "--tenant=a b", "--tenant=a*", "--tenant="})
    void theCommandRefusesWhatTheFileCouldNotHold(String wrong) {
        StringWriter text = new StringWriter();
        CommandLine command =
                TokenCommand.commandLine().setOut(new PrintWriter(text, true)).setErr(new PrintWriter(text, true));
        List<String> arguments = new ArrayList<>(List.of("new", "--name=app", "--role=read", "--tenant=t"));
        arguments.removeIf(argument -> argument.startsWith(wrong.substring(0, wrong.indexOf('=') + 1)));
        arguments.add(wrong);
        int status = command.execute(arguments.toArray(String[]::new));
        assertEquals(2, status, text.toString());
    }

    @Test
    void aFileThatCannotBeUsedSaysWhyWithoutAWordOfIt(@TempDir Path folder) throws IOException {
        String hash = Token.HASH + "0".repeat(64);
        Path file = Files.write(
                folder.resolve("tokens"),
                List.of(
                        "a read * " + hash,
                        "a read * sha256:" + "1".repeat(64),
                        "b owner * " + hash,
                        "c read * secret-itself",
                        "d read * " + hash,
                        "e read secret-itself",
                        "f read ,t sha256:" + "2".repeat(64)));
        String message =
                assertThrows(AccessException.class, () -> TokensFile.read(file)).toString();
        for (int line = 2; line <= 7; line++) {
            assertTrue(
                    message.contains("line " + line + " has") || message.contains("line " + line + " does"), message);
        }
        assertFalse(message.contains("line 1 "), message);
        assertFalse(message.contains("secret-itself"), message);
        Path empty = Files.write(folder.resolve("empty"), List.of("# nobody"));
        assertThrows(AccessException.class, () -> TokensFile.read(empty));
        assertThrows(AccessException.class, () -> TokensFile.read(folder.resolve("missing")));
    }
}
