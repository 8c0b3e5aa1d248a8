package org.chromaproxy.reload;

import java.util.List;
import java.util.function.Supplier;
import org.chromaproxy.config.Config;

/** A part that can take up other settings while it works. */
@FunctionalInterface
public interface Reloadable {
    /**
     * Reads what belongs to the new settings and checks that it can take them up; nothing changes yet, since another part
     * may refuse. Settings that need a restart are as they were. Called by one thread at a time, which is no event loop and
     * may block; must not throw.
     */
    Ready prepare(Config before, Config now);

    /**
     * What came of that. Either {@code take} is called or {@code drop}, once; neither may throw.
     *
     * @param problems why it cannot: nobody takes up anything then
     * @param take takes the settings up; returns what could not be done all the same, with the reason
     * @param drop lets go of what was read
     */
    record Ready(List<String> problems, Supplier<List<String>> take, Runnable drop) {}
}
