package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The write lock of somebody else's SQLite database, held by this process as {@code BEGIN IMMEDIATE} would: readers go on,
 * writers wait. SQLite's locks are POSIX locks on fixed bytes, which its file format documentation names: the RESERVED
 * byte of the database with a rollback journal, the write lock's byte of the {@code -shm} file with a WAL.
 */
public final class SqliteWriteLock implements AutoCloseable {
    private static final long RESERVED_BYTE = 0x4000_0001L;
    private static final long WAL_WRITE_BYTE = 120;
    private static final int FORMAT_OFFSET = 18;
    private static final byte WAL = 2;

    private final FileChannel file;
    private final FileLock lock;

    private SqliteWriteLock(FileChannel file, FileLock lock) {
        this.file = file;
        this.lock = lock;
    }

    /** Takes it, waiting until the running write transaction, if any, ends. */
    static SqliteWriteLock take(Path database) throws IOException {
        boolean wal = usesWal(database);
        Path locked = wal ? database.resolveSibling(database.getFileName() + "-shm") : database;
        FileChannel file = FileChannel.open(locked, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            return new SqliteWriteLock(file, file.lock(wal ? WAL_WRITE_BYTE : RESERVED_BYTE, 1, false));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static boolean usesWal(Path database) throws IOException {
        // Closing any channel on a file drops all our locks on it: this one is closed before the lock is taken.
        try (FileChannel file = FileChannel.open(database, StandardOpenOption.READ)) {
            ByteBuffer format = ByteBuffer.allocate(1);
            file.read(format, FORMAT_OFFSET);
            return format.get(0) == WAL;
        }
    }

    @Override
    public void close() throws IOException {
        try (file) {
            lock.release();
        }
    }
}
