package org.chromaproxy.scripted;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What an instance does with a request. */
sealed interface Reply {
    Reply AS_CHROMA = new AsChroma();

    /** Executes it and answers, unless the proxy has hung up meanwhile: Chroma then drops the request. */
    record AsChroma() implements Reply {}

    /** Answers without executing anything. */
    record Fixed(int status, String contentType, String body) implements Reply {}

    /** Answers so, in a content coding, without executing anything. */
    record Bytes(int status, String contentType, String contentEncoding, byte[] body) implements Reply {}

    /** Closes the connection without a word; executes the request before, or not. */
    record Close(boolean executed) implements Reply {}

    /** Announces the body, sends the first half of it, and closes. */
    record Half(String body) implements Reply {}

    /** Keeps the connection and says nothing. */
    record Never() implements Reply {}

    /** Waits for the gate, then goes on. */
    record Held(CompletableFuture<Void> gate, Reply then) implements Reply {}

    /** Sends half of the body, and the rest when the gate opens. */
    record Slow(String body, CompletableFuture<Void> gate) implements Reply {}

    /** Sends so many bytes as fast as they are taken, counting those handed to the kernel. */
    record Flood(long bytes, AtomicLong written) implements Reply {}

    /** Sends these bytes as they are, piece by piece, and closes or not. */
    record Raw(List<String> pieces, boolean close) implements Reply {}

    static Reply json(int status, String body) {
        return new Fixed(status, "application/json", body);
    }

    /** An error in Chroma's shape. */
    static Reply error(int status, String name, String message) {
        return json(status, "{\"error\":\"" + name + "\",\"message\":\"" + message + "\"}");
    }

    static Reply held(CompletableFuture<Void> gate) {
        return new Held(gate, AS_CHROMA);
    }

    /** As Chroma would, but only after some milliseconds. */
    static Reply after(long milliseconds) {
        return new Held(
                new CompletableFuture<Void>().completeOnTimeout(null, milliseconds, TimeUnit.MILLISECONDS), AS_CHROMA);
    }
}
