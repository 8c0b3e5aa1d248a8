package org.chromaproxy.completion;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import org.chromaproxy.http.ProxyError;

/** Notes nothing. */
final class NoTrail implements Trail {
    @Override
    public void principal(String name) {}

    @Override
    public void received(int bytes) {}

    @Override
    public void sent(long bytes) {}

    @Override
    public void answer(HttpResponse response, int status) {}

    @Override
    public void answer(int status) {}

    @Override
    public void refused(ProxyError error) {}

    @Override
    public void asked(String instance) {}

    @Override
    public void mark(Mark mark) {}

    @Override
    public void mark(Mark mark, long nanos) {}

    @Override
    public String traceparent() {
        return "";
    }

    @Override
    public void stamp(HttpHeaders headers) {}
}
