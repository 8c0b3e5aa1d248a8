package org.chromaproxy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.chromaproxy.config.ChromaReleases;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaRelease;
import org.chromaproxy.local.MissingProgramException;

/** Which Chroma releases the demo's servers run, and which have written the data in its folder. */
final class DemoReleases {
    private final ChromaReleases chosen;
    private final Consumer<String> downloads;
    private final Consumer<String> warnings;

    DemoReleases(ChromaReleases chosen, Consumer<String> downloads, Consumer<String> warnings) {
        this.chosen = chosen;
        this.downloads = downloads;
        this.warnings = warnings;
    }

    /**
     * The installation for the server with that number, from 0: the chosen release and no other; without a choice the
     * newest, and npm's where this machine has no Python that can run it, which is warned of.
     */
    ChromaInstallation ofServer(int number) {
        var wanted = chosen.ofServer(number).map(ChromaRelease::of);
        if (wanted.isPresent()) {
            return ChromaInstallation.ensure(wanted.get(), downloads);
        }
        try {
            return ChromaInstallation.ensure(ChromaRelease.NEWEST, downloads);
        } catch (MissingProgramException noPython) {
            ChromaRelease fallback = ChromaRelease.newestOfNpm();
            warnings.accept("Chroma " + ChromaRelease.NEWEST + " cannot run here: " + noPython.getMessage()
                    + ". Taking the older Chroma " + fallback + " from npm instead.");
            return ChromaInstallation.ensure(fallback, downloads);
        }
    }

    /**
     * Records, beside a server's data, the release that is about to be started on it.
     *
     * @throws DemoException when a newer one has written that data: an older server does not start on it
     */
    static void record(Path data, ChromaRelease release) {
        Path file = data.resolveSibling(data.getFileName() + ".release");
        try {
            if (Files.exists(data.resolve("chroma.sqlite3"))) {
                // Demos that kept no record ran npm's release for this system.
                ChromaRelease writer = Files.exists(file)
                        ? ChromaRelease.of(Files.readString(file).strip())
                        : ChromaRelease.newestOfNpm();
                refuseOlder(data, writer, release);
            }
            Files.writeString(file, release + "\n");
        } catch (IOException e) {
            throw new DemoException("cannot use " + file + ": " + e);
        }
    }

    private static void refuseOlder(Path data, ChromaRelease writer, ChromaRelease release) {
        if (writer.isNewerThan(release)) {
            throw new DemoException("the data in " + data + " was written by Chroma " + writer + ", and Chroma "
                    + release
                    + ", which is older, does not start on it. Nothing was changed. Run the demo with Chroma " + writer
                    + " again (" + ChromaReleases.VARIABLE + "=" + writer
                    + "), or on a folder of its own with --data DIR");
        }
    }
}
