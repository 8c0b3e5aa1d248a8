package org.chromaproxy.config.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.ConfigInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code chroma-proxy config}: what {@code serve} would run with here and now. Exit status 0: it would start; 2: it would
 * not, and why is on the error output.
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

    @Option(names = "--table", description = "Print the table of the README.")
    private boolean table;

    @Spec
    private CommandSpec spec;

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
            ConfigInput.Loaded loaded = SettingOptions.input(spec).read();
            loaded.values().warnings().forEach(warning -> err.println("warning: " + warning));
            err.flush();
            out.print(check ? "" : Documents.effective(loaded));
            out.flush();
            return 0;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            err.flush();
            return 2;
        }
    }
}
