package org.chromaproxy.local;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pinned Chroma releases, oldest first: an older server does not start on the data of a newer one. */
public enum ChromaRelease {
    /** The oldest that the proxy supports. */
    V1_0_5("1.0.5", Registry.NPM, "3.0.11", 34),
    /** What npm's newest package carries for current systems. */
    V1_3_4("1.3.4", Registry.NPM, "3.5.0", 39),
    /** The newest at the time of writing, and the default. */
    V1_5_9("1.5.9", Registry.PYPI, "1.5.9", 17);

    /** The default. */
    public static final ChromaRelease NEWEST = V1_5_9;
    /** The oldest that the proxy supports. */
    public static final ChromaRelease OLDEST = V1_0_5;

    /** Where a release comes from. */
    enum Registry {
        NPM,
        PYPI
    }

    private final String version;
    private final Registry registry;
    private final String packageVersion;
    private final int gnuMinor;

    /**
     * @param packageVersion of the registry's package {@code chromadb}
     * @param gnuMinor the oldest GNU C library its native part runs on is 2 with this minor version: measured
     */
    ChromaRelease(String version, Registry registry, String packageVersion, int gnuMinor) {
        this.version = version;
        this.registry = registry;
        this.packageVersion = packageVersion;
        this.gnuMinor = gnuMinor;
    }

    /**
     * The release of that version.
     *
     * @throws LocalServerException naming those there are
     */
    public static ChromaRelease of(String version) {
        return Stream.of(values())
                .filter(release -> release.version.equals(version))
                .findFirst()
                .orElseThrow(() -> new LocalServerException("no Chroma release " + version
                        + " can be started here, only: "
                        + Stream.of(values()).map(ChromaRelease::toString).collect(Collectors.joining(", "))
                        + ", or mixed"));
    }

    /** The newest of npm's releases that runs on this machine. */
    public static ChromaRelease newestOfNpm() {
        return newestOfNpm(requiredGnuVersion());
    }

    /** The newest of npm's releases for that version of the GNU C library. */
    static ChromaRelease newestOfNpm(String gnuVersion) {
        return Stream.of(V1_3_4, V1_0_5)
                .filter(release -> atLeast(gnuVersion, 2, release.gnuMinor))
                .findFirst()
                .orElseThrow(() -> new LocalServerException(
                        "Chroma's npm package needs glibc 2." + V1_0_5.gnuMinor + " or newer; this is " + gnuVersion));
    }

    /** Whether its data may be too new for that release. */
    public boolean isNewerThan(ChromaRelease other) {
        return compareTo(other) > 0;
    }

    Registry registry() {
        return registry;
    }

    String packageVersion() {
        return packageVersion;
    }

    /** Throws when this machine's C library cannot run it. */
    void requireSystem() {
        String gnuVersion = requiredGnuVersion();
        if (!atLeast(gnuVersion, 2, gnuMinor)) {
            throw new LocalServerException(
                    "Chroma " + version + " of npm needs glibc 2." + gnuMinor + " or newer; this is " + gnuVersion);
        }
    }

    /** The version, such as {@code 1.5.9}. */
    @Override
    public String toString() {
        return version;
    }

    private static String requiredGnuVersion() {
        return gnuVersion()
                .orElseThrow(() -> new LocalServerException(
                        "Chroma's npm package needs the GNU C library, and this system has another one"
                                + " (Alpine's musl, perhaps): use a glibc-based system, or Chroma servers elsewhere"));
    }

    /** The GNU C library's version, such as {@code 2.36}; empty with any other library, such as musl. */
    @SuppressWarnings("restricted") // The library's own, documented entry point; the string is a constant.
    private static Optional<String> gnuVersion() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find("gnu_get_libc_version").map(function -> {
            var handle = linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS));
            try {
                return ((MemorySegment) handle.invokeExact()).reinterpret(64).getString(0);
            } catch (Throwable e) {
                throw new LinkageError("the C library does not tell its version", e);
            }
        });
    }

    /** Whether {@code version} is at least {@code major.minor}. */
    private static boolean atLeast(String version, int major, int minor) {
        String[] parts = version.split("\\.", -1);
        int haveMajor = Integer.parseInt(parts[0]);
        int haveMinor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        return haveMajor > major || (haveMajor == major && haveMinor >= minor);
    }
}
