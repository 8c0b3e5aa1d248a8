package org.chromaproxy.alert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts messages as {@code {"text": ...}}, one after the other on a virtual thread, each at most twice. Thread-safe; taking
 * a message never blocks. The address is a secret: it is neither logged nor part of any message.
 */
final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int QUEUE = 64;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final URI address;
    private final Duration backOff;
    private final BlockingQueue<String> queue = new ArrayBlockingQueue<>(QUEUE);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final LongAdder sent = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final Thread thread;
    private volatile boolean closed;

    /** @param backOff between the first attempt and the second */
    Webhook(URI address, Duration backOff) {
        this.address = address;
        this.backOff = backOff;
        this.thread = Thread.ofVirtual().name("webhook").unstarted(this::run);
    }

    Webhook start() {
        thread.start();
        return this;
    }

    /** Takes a message; false when too many wait, and this one is lost. */
    boolean offer(String text) {
        boolean taken = !closed && queue.offer(text);
        if (!taken) {
            lost.increment();
            LOG.warn("an alert is lost: {} others wait for the webhook, which does not take them", queue.size());
        }
        return taken;
    }

    long sent() {
        return sent.sum();
    }

    /** Messages that the webhook did not take, or that found the queue full. */
    long lost() {
        return lost.sum();
    }

    private void run() {
        while (!closed) {
            try {
                deliver(queue.take());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // Its message may hold the address.
                lost.increment();
                LOG.error("an alert is lost: {}", e.getClass().getSimpleName());
            }
        }
    }

    private void deliver(String text) throws InterruptedException {
        String failure = post(text);
        if (!failure.isEmpty()) {
            LockSupport.parkNanos(backOff.toNanos());
            failure = closed ? "the proxy stops" : post(text);
        }
        if (failure.isEmpty()) {
            sent.increment();
        } else {
            lost.increment();
            LOG.warn("an alert is lost, SLACK_WEBHOOK_URL did not take it twice ({}); check that address", failure);
        }
    }

    /** Returns what failed, or nothing. */
    private String post(String text) throws InterruptedException {
        String body = JsonNodeFactory.instance.objectNode().put("text", text).toString();
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status / 100 == 2 ? "" : "status " + status;
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    /** Ends the thread; what waits is given a moment to leave. */
    @Override
    public void close() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (!queue.isEmpty() && thread.isAlive() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        closed = true;
        thread.interrupt();
        client.shutdownNow();
    }
}
