package org.chromaproxy.upstream;

import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;

/** Looks whether what answers at an instance's address still is that instance. */
@FunctionalInterface
public interface Recogniser {
    /**
     * Never blocks; asks by {@link UpstreamClient#ask} only.
     *
     * @return on any thread: empty if it is, else why not; exceptionally if that cannot be told now
     */
    CompletableFuture<Optional<String>> look(Instance instance, EventLoop loop);
}
