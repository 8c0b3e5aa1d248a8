package org.chromaproxy.reload;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP, by which supervisors ask for a reload; without this it would end the process. */
public final class HangUp {
    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

    private HangUp() {}

    /**
     * Calls that on every SIGHUP from now on, on a thread of its own. The JDK has no supported way to hear signals; what it
     * has (jdk.unsupported) is reached by name, so that a JDK without it costs the signal only.
     */
    public static void listen(Runnable reload) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> answer(proxy, method, arguments, reload));
            Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hangUp, ours);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.warn("SIGHUP cannot be heard here ({}); reload by POST /admin/reload", e.toString());
        }
    }

    @SuppressWarnings("ReferenceEquality") // The identity is what is asked for.
    private static @Nullable Object answer(
            Object proxy, Method method, Object @Nullable [] arguments, Runnable reload) {
        switch (method.getName()) {
            case "handle" -> {
                LOG.info("SIGHUP: reading the configuration again");
                reload.run();
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
