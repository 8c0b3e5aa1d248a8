package org.chromaproxy.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code %safeException}: an exception's stack as Logback prints it, every message in it escaped. Thread-safe. */
public final class ExceptionConverter extends ThrowableProxyConverter {
    @Override
    protected String throwableProxyToString(IThrowableProxy exception) {
        return super.throwableProxyToString(new Escaped(exception));
    }

    /** The same exception with harmless messages, its causes' too. */
    private record Escaped(IThrowableProxy original) implements IThrowableProxy {
        @Override
        public @Nullable String getMessage() {
            return escaped(original.getMessage());
        }

        @Override
        public @Nullable String getOverridingMessage() {
            return escaped(original.getOverridingMessage());
        }

        @Override
        public String getClassName() {
            return original.getClassName();
        }

        @Override
        public StackTraceElementProxy[] getStackTraceElementProxyArray() {
            return original.getStackTraceElementProxyArray();
        }

        @Override
        public int getCommonFrames() {
            return original.getCommonFrames();
        }

        @Override
        public @Nullable IThrowableProxy getCause() {
            IThrowableProxy cause = original.getCause();
            return cause == null ? null : new Escaped(cause);
        }

        @Override
        public IThrowableProxy[] getSuppressed() {
            return Arrays.stream(original.getSuppressed()).map(Escaped::new).toArray(IThrowableProxy[]::new);
        }

        @Override
        public boolean isCyclic() {
            return original.isCyclic();
        }

        private static @Nullable String escaped(@Nullable String message) {
            return message == null ? null : LogText.escape(message);
        }
    }
}
