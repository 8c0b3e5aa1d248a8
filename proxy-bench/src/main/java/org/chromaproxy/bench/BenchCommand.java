package org.chromaproxy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.chromaproxy.bench.process.Folders;
import org.chromaproxy.bench.process.Servers;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.local.LocalFolders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy bench}. Exit status 0: everything was measured, be the goals met or not; 1: something was not. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = MicroCommand.class,
        description = "Measures the proxy beside nginx, HAProxy and bare Chroma, where they are installed, and writes a"
                + " report with every goal beside its figure.")
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--rows", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
    private Set<Rows> rows = EnumSet.allOf(Rows.class);

    @Option(names = "--rounds", defaultValue = "5", description = "Interleaved rounds; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "Per measurement, wrk's at least 1; default ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--connections", defaultValue = "64", description = "Of clients; default ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--pending",
            defaultValue = "20000",
            description = "Records to catch up with; default ${DEFAULT-VALUE}.")
    private int pending;

    @Option(
            names = "--collections",
            defaultValue = "100000",
            description = "Mapped ones, where many are compared with 10; default ${DEFAULT-VALUE}.")
    private int collections;

    @Option(
            names = "--behind",
            defaultValue = "20000",
            description = "Collections that a replica has missed writes of; default ${DEFAULT-VALUE}.")
    private int behind;

    @Option(
            names = "--crowd",
            defaultValue = "5000",
            description = "Connections, where many are compared with the usual number; default ${DEFAULT-VALUE}.")
    private int crowd;

    @Option(names = "--out", description = "The report; default proxy-bench/RESULTS.md of the project.")
    private @Nullable Path out;

    @Option(names = "--work", description = "Where processes keep data and logs; default .build/bench of the project.")
    private @Nullable Path work;

    /** Entry point of the command. */
    public static void main(String... arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws Exception {
        Path base = work == null ? LocalFolders.build("bench") : work.toAbsolutePath();
        Files.createDirectories(base);
        Path folder = Files.createTempDirectory(base, "run-");
        Setting.Scale scale = new Setting.Scale(
                Duration.ofMillis(Math.round(seconds * 1_000)), connections, pending, collections, behind, crowd);
        Path report = out == null ? Servers.project().resolve("proxy-bench").resolve("RESULTS.md") : out;
        Bench bench = new Bench(
                new Bench.Plan(rows, rounds, scale, folder, report),
                spec.commandLine().getOut());
        if (!bench.run()) {
            say("logs and data of what ran: " + folder);
            return 1;
        }
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            say("cannot delete " + folder + ": " + e.getMessage());
        }
        return 0;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
