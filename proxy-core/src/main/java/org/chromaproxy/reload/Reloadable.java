package org.chromaproxy.reload;

import org.chromaproxy.config.Config;

/** A part that can take up other settings while it works. */
@FunctionalInterface
public interface Reloadable {
    /**
     * Takes up the new settings; those that need a restart are as they were. Called by one thread at a time, which is no
     * event loop and may block; must not throw.
     */
    void reloaded(Config before, Config now);
}
