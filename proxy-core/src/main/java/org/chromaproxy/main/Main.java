package org.chromaproxy.main;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.chromaproxy.access.TokenCommand;
import org.chromaproxy.access.Tokens;
import org.chromaproxy.config.command.ConfigCommand;
import org.chromaproxy.config.command.SettingOptions;
import org.chromaproxy.config.command.UsageErrors;
import org.chromaproxy.demo.DemoCommand;
import org.chromaproxy.logging.LogText;
import org.chromaproxy.reload.HangUp;
import org.chromaproxy.supervise.HealthCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point: {@code chroma-proxy COMMAND}. Exit status 0: done; 1: failed; 2: wrong usage. */
@Command(
        name = "chroma-proxy",
        description = "High availability for Chroma.",
        subcommands = {ServeCommand.class, HealthCommand.class, TrainCommand.class, VersionCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private static final String SERVE = "serve";
    private static final List<String> WITH_SETTINGS = List.of(SERVE, "config", "health");

    private Main() {}

    public static void main(String... arguments) {
        if (List.of(arguments).contains(SERVE)) {
            // Before all else: until then a SIGHUP ends the process.
            HangUp.listen();
        }
        System.exit(commandLine().execute(arguments));
    }

    /** An address that a failure repeats may have a password in it. */
    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        trace.toString()
                .lines()
                .map(line -> line.replace("\t", "    "))
                .map(LogText::escape)
                .forEach(command.getErr()::println);
        command.getErr().flush();
        return 1;
    }

    /** The whole command line, for {@link #main} and for tests. */
    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Main())
                .addSubcommand(new ConfigCommand(Tokens::trouble))
                .addSubcommand(new DemoCommand(InProcessProxy::start))
                .addSubcommand(TokenCommand.commandLine());
        all.getSubcommands().forEach((name, command) -> {
            if (WITH_SETTINGS.contains(name)) {
                SettingOptions.addTo(command);
            }
        });
        return all.setParameterExceptionHandler(new UsageErrors()).setExecutionExceptionHandler(Main::failed);
    }
}
