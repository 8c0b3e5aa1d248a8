package org.chromaproxy.access;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.command.SettingOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy token}: makes tokens, and shows the local one. Stores nothing. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Makes tokens for clients of a proxy that has TOKENS_FILE set, and shows the local one of a proxy without.")
public final class TokenCommand {
    /** With what is random. */
    public static CommandLine commandLine() {
        CommandLine local = new CommandLine(new Local());
        SettingOptions.addTo(local);
        return new CommandLine(new TokenCommand())
                .addSubcommand(new New(new SecureRandom()))
                .addSubcommand(local);
    }

    @Command(
            name = "local",
            mixinStandardHelpOptions = true,
            description =
                    "Prints the token that acts on a proxy of this machine without TOKENS_FILE; for the proxy's user"
                            + " only. Give it the options and the environment that you give serve. Exit status 1: there is none.")
    static final class Local implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter err = spec.commandLine().getErr();
            try {
                Config config = SettingOptions.input(spec).read().config();
                if (config.listen().access().tokensFile().isPresent()) {
                    err.println("TOKENS_FILE is set, so there is no local token: use a token with the role admin");
                } else {
                    spec.commandLine()
                            .getOut()
                            .println(secret(config.localTokenFile().toAbsolutePath()));
                    spec.commandLine().getOut().flush();
                    return 0;
                }
            } catch (ConfigException | IOException e) {
                err.println(e.getMessage());
            }
            err.flush();
            return 1;
        }

        private static String secret(Path file) throws IOException {
            try {
                return LocalToken.secret(file);
            } catch (IOException e) {
                throw new IOException(
                        "the local token in " + file + " cannot be read: " + e.getMessage()
                                + ". A proxy makes it at its start: start it first, call this as its user, and give"
                                + " DATA_DIR or LOCAL_TOKEN_FILE as it has them",
                        e);
            }
        }
    }

    /** The words of limits, as help and shells show them. */
    static final class LimitWords implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(PrincipalLimit.values())
                    .map(limit -> limit.inBytes() ? limit.word() + " (bytes)" : limit.word())
                    .iterator();
        }
    }

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Prints a new token, once, and the line for the tokens file, which holds only its hash.")
    static final class New implements Runnable {
        private final SecureRandom random;

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(names = "--name", required = true, description = "Whose it is; stands in the proxy's log.")
        private String name = "";

        @Option(names = "--role", required = true, description = "read, write or admin; each includes the ones before.")
        private String role = "";

        @Option(names = "--tenant", description = "A tenant it is for; may be repeated. Without one: all.")
        private List<String> tenants = List.of();

        @Option(
                names = "--limit",
                completionCandidates = LimitWords.class,
                description = "What it may use, as WORD=VALUE, where that is other than for everybody; may be repeated."
                        + " 0: no bound of its own. Words: ${COMPLETION-CANDIDATES}.")
        private List<String> limits = List.of();

        New(SecureRandom random) {
            this.random = random;
        }

        @Override
        public void run() {
            Role permitted = Role.named(role).orElseThrow(() -> wrong("--role must be read, write or admin"));
            if (!TokensFile.nameable(name)) {
                throw wrong("--name must be 1 to 64 letters, digits or . _ @ -");
            }
            String list = tenants.isEmpty() ? TokensFile.EVERY_TENANT : String.join(",", tenants);
            Optional<Set<String>> scope = TokensFile.tenants(list);
            if (scope.isEmpty()) {
                throw wrong("--tenant must be a name without blanks, commas and *");
            }
            Map<PrincipalLimit, Long> own = new EnumMap<>(PrincipalLimit.class);
            for (String limit : limits) {
                TokensFile.limit(limit.strip(), own).ifPresent(problem -> {
                    throw wrong("--limit " + limit + " " + problem);
                });
            }
            String secret = Token.newSecret(random);
            Token token = new Token(new Principal(name, permitted, scope.get(), own), Token.hash(secret));
            PrintWriter out = spec.commandLine().getOut();
            out.println("The token, which is shown this once and stored nowhere:");
            out.println("  " + secret);
            out.println("The line for the file that TOKENS_FILE names:");
            out.println("  " + token.line());
            out.flush();
        }

        private ParameterException wrong(String what) {
            return new ParameterException(spec.commandLine(), what);
        }
    }
}
