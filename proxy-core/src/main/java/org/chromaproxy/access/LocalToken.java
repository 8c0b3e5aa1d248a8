package org.chromaproxy.access;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import java.util.regex.Pattern;
import org.chromaproxy.config.FileModes;

/**
 * The token by which this machine's operators act while there is no tokens file: made at the first start, and kept in a file
 * that the proxy's user alone may read. Blocks.
 */
public final class LocalToken {
    /** No name that a tokens file can hold. */
    static final String NAME = "(local)";

    private static final Pattern SECRET = Pattern.compile("cp_[A-Za-z0-9_-]{43}");
    private static final int MOST_BYTES = 256;

    private LocalToken() {}

    /**
     * The token in that file, which is made if it is not there.
     *
     * @throws IOException when it can be neither read nor made, or may have been read or written by others; in words, none of
     *     them a secret
     */
    static Token open(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            make(file, Token.newSecret(random));
        }
        return new Token(new Principal(NAME, Role.ADMIN, Set.of()), Token.hash(secret(file)));
    }

    /**
     * The secret in that file.
     *
     * @throws IOException as above, and when there is no file
     */
    public static String secret(Path file) throws IOException {
        String text;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it is too large to be a token");
            }
            text = Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("it is not there", e);
        }
        String danger = FileModes.exposed(file);
        if (!danger.isEmpty()) {
            throw new IOException("it " + danger + "; remove it, and a reload makes a new one");
        }
        if (!SECRET.matcher(text).matches()) {
            throw new IOException("it holds no token; remove it, and a reload makes a new one");
        }
        return text;
    }

    /** Whole or not at all: it is written beside its place, and linked there unless another proxy was first. */
    private static void make(Path file, String secret) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path written = Files.createTempFile(
                folder,
                ".local-token",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap((secret + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            place(written, file);
        } catch (FileAlreadyExistsException e) {
            // Another proxy of this machine made it meanwhile: that one is it.
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void place(Path written, Path file) throws IOException {
        try {
            Files.createLink(file, written);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            // A file system without links.
            Files.move(written, file);
        }
    }
}
