package org.chromaproxy.local;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** The pinned Chroma releases, by what their native server needs. Measured: from bindings 1.0.6 on, glibc 2.39. */
enum ChromaRelease {
    /** Runs on older systems, down to glibc 2.34. */
    FOR_OLDER_SYSTEMS("3.0.11"),
    /** The newest at the time of writing. */
    CURRENT("3.5.0");

    private final String npmVersion;

    ChromaRelease(String npmVersion) {
        this.npmVersion = npmVersion;
    }

    /** The release of the npm package {@code chromadb}. */
    String npmVersion() {
        return npmVersion;
    }

    /** The newest release that runs on this machine. */
    static ChromaRelease fitting() {
        String version = gnuVersion()
                .orElseThrow(() -> new LocalServerException(
                        "Chroma's npm package needs the GNU C library, and this system has another one"
                                + " (Alpine's musl, perhaps): use a glibc-based system, or Chroma servers elsewhere"));
        return fitting(version);
    }

    /** The newest release for that version of the GNU C library. */
    static ChromaRelease fitting(String gnuVersion) {
        if (!atLeast(gnuVersion, 2, 34)) {
            throw new LocalServerException("Chroma's npm package needs glibc 2.34 or newer; this is " + gnuVersion);
        }
        return atLeast(gnuVersion, 2, 39) ? CURRENT : FOR_OLDER_SYSTEMS;
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
