package org.chromaproxy.reload;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP, by which supervisors ask for a reload; without this it would end the process. Of the whole process, so static. */
public final class HangUp {
    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);
    private static final AtomicBoolean ASKED = new AtomicBoolean();
    private static volatile @Nullable Runnable reloading;

    private HangUp() {}

    /**
     * Hears every SIGHUP from now on; one that comes before there is something to reload is kept for {@link #passOn}. The
     * JDK has no supported way to hear signals; what it has (jdk.unsupported) is reached by name, so that a JDK without it
     * costs the signal only.
     */
    public static void listen() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours =
                    Proxy.newProxyInstance(HangUp.class.getClassLoader(), new Class<?>[] {handler}, HangUp::answer);
            Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hangUp, ours);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.warn("SIGHUP cannot be heard here ({}); reload by POST /admin/reload", e.toString());
        }
    }

    /** Calls that on every SIGHUP from now on, on a thread of its own; here and now if one has come already. */
    public static void passOn(Runnable reload) {
        reloading = reload;
        runIfAsked();
    }

    private static void runIfAsked() {
        Runnable reload = reloading;
        if (reload == null) {
            LOG.info("SIGHUP while starting: the configuration is read again as soon as it can be");
        } else if (ASKED.getAndSet(false)) {
            LOG.info("SIGHUP: reading the configuration again");
            reload.run();
        }
    }

    @SuppressWarnings("ReferenceEquality") // The identity is what is asked for.
    private static @Nullable Object answer(Object proxy, Method method, Object @Nullable [] arguments) {
        switch (method.getName()) {
            case "handle" -> {
                ASKED.set(true);
                runIfAsked();
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            default -> {
                return "HangUp";
            }
        }
        return null;
    }
}
