package org.chromaproxy.observe;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.completion.Identity.Sampling;
import org.chromaproxy.completion.Observer;
import org.chromaproxy.config.Seeing;
import org.chromaproxy.observe.trace.Spans;

/** Starts what the settings want to hear of exchanges. */
public final class Observing {
    private Observing() {}

    /**
     * A feed to the access log and to the collector of spans, or to nobody.
     *
     * @throws org.chromaproxy.config.ConfigException when the access log's file cannot be written
     */
    public static Feed start(Seeing seeing) {
        Feed.Counts counts = new Feed.Counts();
        List<Observer> observers = new ArrayList<>();
        Seeing.AccessLog log = seeing.accessLog();
        if (log.form() != Seeing.AccessLog.Form.NONE) {
            observers.add(new AccessLog(log, LogOutput.open(log)));
        }
        Seeing.Tracing tracing = seeing.tracing();
        tracing.collector().ifPresent(collector -> observers.add(Spans.to(collector, counts)));
        Sampling sampling = tracing.collector().isPresent() ? new Sampling(true, tracing.ratio()) : Sampling.OFF;
        return Feed.to(observers, sampling, counts);
    }
}
