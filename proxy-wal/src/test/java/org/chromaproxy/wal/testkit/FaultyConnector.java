package org.chromaproxy.wal.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.StoreException;

/** Sessions that fail when told to. Thread-safe. */
public final class FaultyConnector implements LogSession.Connector {
    /** Where a COMMIT breaks. */
    public enum Fault {
        NONE,
        /** The server never hears of the COMMIT. */
        BEFORE_COMMIT,
        /** The server commits, its answer is lost. */
        AFTER_COMMIT
    }

    private final LogSession.Connector real;
    private final AtomicReference<Fault> next = new AtomicReference<>(Fault.NONE);
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile Runnable meanwhile = () -> {};

    public FaultyConnector(LogSession.Connector real) {
        this.real = real;
    }

    /** The next commit of a batch with records fails so; {@code meanwhile} happens before the writer hears of it. */
    public void failNextBatch(Fault fault, Runnable happening) {
        meanwhile = happening;
        next.set(fault);
    }

    public void refuseConnections(int times) {
        refusals.set(times);
    }

    @Override
    public LogSession open() {
        if (refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw StoreException.lost("refused on purpose by a test");
        }
        LogSession session = real.open();
        AtomicInteger inserted = new AtomicInteger();
        return (LogSession) Proxy.newProxyInstance(
                LogSession.class.getClassLoader(), new Class<?>[] {LogSession.class}, (proxy, method, arguments) -> {
                    try {
                        boolean batch = method.getName().equals("commit") && inserted.getAndSet(0) > 0;
                        if (method.getName().equals("insert")) {
                            inserted.set(((List<?>) arguments[0]).size());
                        } else if (method.getName().startsWith("begin") && arguments[2] != null) {
                            inserted.set(1);
                        }
                        Fault fault = batch ? next.getAndSet(Fault.NONE) : Fault.NONE;
                        if (fault == Fault.BEFORE_COMMIT) {
                            breakDown(session);
                        }
                        Object result = method.invoke(session, arguments);
                        if (fault == Fault.AFTER_COMMIT) {
                            breakDown(session);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void breakDown(LogSession session) {
        session.close();
        meanwhile.run();
        throw StoreException.lost("broken on purpose by a test");
    }
}
