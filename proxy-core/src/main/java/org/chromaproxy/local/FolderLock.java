package org.chromaproxy.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Keeps a folder to one user at a time, across processes and within this one. The kernel frees it when we die. */
public final class FolderLock implements AutoCloseable {
    private static final long RETRY_MILLIS = 50;

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock if it is free. Creates the folder. */
    public static Optional<FolderLock> tryAcquire(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel channel =
                FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            // The same answer as when another process holds it.
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return lock == null ? Optional.empty() : Optional.of(new FolderLock(channel));
    }

    /** Waits for the lock, without bound: its holders do bounded work. */
    static FolderLock acquire(Path folder) throws IOException, InterruptedException {
        while (true) {
            Optional<FolderLock> lock = tryAcquire(folder);
            if (lock.isPresent()) {
                return lock.get();
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
