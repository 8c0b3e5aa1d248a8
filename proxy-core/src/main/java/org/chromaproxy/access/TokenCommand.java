package org.chromaproxy.access;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.config.PrincipalLimit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy token}: makes tokens. Stores nothing. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes tokens for clients of a proxy that has TOKENS_FILE set.")
public final class TokenCommand {
    /** With what is random. */
    public static CommandLine commandLine() {
        return new CommandLine(new TokenCommand()).addSubcommand(new New(new SecureRandom()));
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
                description = "What it may use, as WORD=VALUE, where that is other than for everybody; may be repeated."
                        + " 0: no bound of its own. Words: requests, queue, pending (bytes), records, faults,"
                        + " dead-letters, waits, collections.")
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
