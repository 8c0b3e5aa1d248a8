package org.chromaproxy.config.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.audit.Finding;
import org.chromaproxy.config.audit.Hardening;
import org.chromaproxy.config.audit.HardeningCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code chroma-proxy config}: what {@code serve} would run with here and now. Exit status 0: it would start; 2: it would
 * not, and why is on the error output. With {@code --audit} also 3: some point of the checklist may be open; 4: one is.
 */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description =
                "Prints every setting's value and where it comes from; secrets are masked. Exit status 2 when serve"
                        + " would refuse them. Give it the options you give serve.")
public final class ConfigCommand implements Callable<Integer> {
    @Option(names = "--check", description = "Print nothing but what is wrong.")
    private boolean check;

    @Option(names = "--file", description = "Print a file with every setting commented out, to begin with.")
    private boolean file;

    @Option(names = "--table", description = "Print the table of docs/settings.md.")
    private boolean table;

    @Option(
            names = "--audit",
            description =
                    "Check the settings and their files against the list in docs/hardening.md; best as the proxy's user."
                            + " Exit status 0: all is OK; 3: there is a WARN; 4: there is a FAIL.")
    private boolean audit;

    @Spec
    private CommandSpec spec;

    private final Function<Path, String> tokens;

    /** @param tokens why a start would refuse a tokens file, in its words; empty if it would take it */
    public ConfigCommand(Function<Path, String> tokens) {
        this.tokens = tokens;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (file || table) {
            out.print(file ? Documents.file() : String.join("\n", Documents.table()) + "\n");
            out.flush();
            return 0;
        }
        PrintWriter err = spec.commandLine().getErr();
        try {
            ConfigInput input = SettingOptions.input(spec);
            ConfigInput.Loaded loaded = input.read();
            loaded.values().warnings().forEach(warning -> err.println("warning: " + warning));
            err.flush();
            int status = 0;
            if (audit) {
                status = audited(
                        out, new HardeningCheck.Settled(loaded.config(), loaded.values(), input.file(), tokens));
            } else {
                out.print(check ? "" : Documents.effective(loaded));
            }
            out.flush();
            return status;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            err.flush();
            return 2;
        }
    }

    /** Prints a line for each point, and what to do where it is open. */
    private static int audited(PrintWriter out, HardeningCheck.Settled settled) {
        int status = 0;
        for (HardeningCheck check : Hardening.checks()) {
            Finding found = check.look().apply(settled);
            out.println(String.format("%-5s %-18s %s", found.rating(), check.id(), found.what()));
            if (found.rating() != Finding.Rating.OK) {
                out.println(" ".repeat(25) + "do: " + Documents.plain(check.action()));
            }
            status = Math.max(status, found.rating().status());
        }
        return status;
    }
}
