package org.chromaproxy.config.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import org.chromaproxy.config.setting.UserInfo;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints what is wrong with a command line, without the values in it: one that follows a misspelt option may be a password.
 * Thread-safe.
 */
public final class UsageErrors implements IParameterExceptionHandler {
    private static final String OPTION = "-";

    /** Prints the error, similar options and the usage; answers the command's exit status for wrong usage. */
    @Override
    public int handleParseException(ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter out = command.getErr();
        out.println(message(error));
        if (!UnmatchedArgumentException.printSuggestions(error, out)) {
            command.usage(out);
        }
        out.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String message(ParameterException error) {
        if (!(error instanceof UnmatchedArgumentException unmatched)) {
            return UserInfo.maskText(String.valueOf(error.getMessage()));
        }
        List<String> options = unmatched.getUnmatched().stream()
                .filter(argument -> argument.startsWith(OPTION))
                .map(argument -> argument.split("[=:]", 2)[0])
                .toList();
        return options.isEmpty()
                ? "Unknown arguments: "
                        + unmatched.getUnmatched().stream()
                                .map(UserInfo::maskValue)
                                .collect(Collectors.joining(", "))
                : "Unknown options: " + String.join(", ", options);
    }
}
