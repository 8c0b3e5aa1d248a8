package org.chromaproxy.local;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where downloads and unpacked programs go. */
public final class LocalFolders {
    private LocalFolders() {}

    /** {@code .build/NAME} of the project that this code was built in; of the working directory outside of one. */
    public static Path build(String name) {
        Path start;
        try {
            start = Path.of(LocalFolders.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new LocalServerException("cannot tell where the program is", e);
        }
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("proxy-wal").resolve("pom.xml"))) {
                return folder.resolve(".build").resolve(name);
            }
        }
        return Path.of(".build", name).toAbsolutePath();
    }
}
