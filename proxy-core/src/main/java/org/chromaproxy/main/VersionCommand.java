package org.chromaproxy.main;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the version of this build and of the Java that runs it. */
@Command(name = "version", description = "Print the version and leave.")
final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().println("chroma-proxy " + version() + " on Java " + Runtime.version());
        return 0;
    }

    /** The version in the jar's manifest; {@code development} when run from classes. */
    static String version() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
