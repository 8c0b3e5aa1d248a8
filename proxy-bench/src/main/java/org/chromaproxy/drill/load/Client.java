package org.chromaproxy.drill.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Recorder;
import org.chromaproxy.drill.history.Request;

/** One client: does one operation after another, and repeats those with a transaction id until it knows. One thread. */
final class Client implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MS = 60_000;
    private static final long RETRY_MS = 250;
    /** So long it repeats what was not answered: an attempt alone may take a minute, where a lane stands still for good. */
    private static final long REPEATING_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int REPEATED_PERCENT = 10;
    private static final Set<String> KEPT = Set.of("transaction-id", "retry-after", "location");

    private final int number;
    private final List<URI> proxies;
    private final Recorder recorder;
    private final Shelves shelves;
    private final Random random;
    private final Wire wire = new Wire(TIMEOUT_MS);
    private int proxy;

    /** @param proxies where to connect: the first that serves */
    Client(int number, List<URI> proxies, Recorder recorder, Shelves shelves, Random random) {
        this.number = number;
        this.proxies = List.copyOf(proxies);
        this.recorder = recorder;
        this.shelves = shelves;
        this.random = random;
    }

    /** Does it, once or more often, and records it. */
    Operation perform(Draft draft) throws InterruptedException {
        List<Attempt> attempts = new ArrayList<>();
        attempts.add(attempt(draft.request()));
        boolean repeatable = !draft.request().transaction().isEmpty();
        long until = recorder.now() + REPEATING_NANOS;
        while (attempts.getLast().mayPass() && repeatable && recorder.now() < until) {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            attempts.add(attempt(draft.request()));
        }
        if (repeatable && !attempts.getLast().failed() && random.nextInt(100) < REPEATED_PERCENT) {
            attempts.add(attempt(draft.request()));
        }
        Operation done =
                new Operation(draft.id(), number, draft.kind(), draft.shelf().id(), draft.request(), attempts);
        recorder.operation(done);
        learn(draft, done);
        return done;
    }

    private Attempt attempt(Request request) {
        long begin = recorder.now();
        try {
            Wire.Answer answer = wire.send(proxies.get(proxy), request);
            if (answer.status() == 503 && answer.body().contains("stands by")) {
                other();
            }
            Map<String, String> headers = new HashMap<>(answer.headers());
            headers.keySet().retainAll(KEPT);
            return new Attempt(begin, recorder.now(), answer.status(), headers, answer.body(), "");
        } catch (IOException e) {
            other();
            return new Attempt(
                    begin, recorder.now(), 0, Map.of(), "", e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private void other() {
        wire.close();
        proxy = (proxy + 1) % proxies.size();
    }

    /** What is known of the cold collections now. */
    private void learn(Draft draft, Operation done) {
        if (done.acknowledged().isEmpty()) {
            boolean missing = done.settled().filter(a -> a.status() == 404).isPresent();
            if (missing) {
                shelves.gone(draft.shelf());
            }
            return;
        }
        switch (draft.kind()) {
            case CREATE -> shelves.put(new Shelf(draft.shelf().name(), created(done), false));
            case DROP -> shelves.gone(draft.shelf());
            case RENAME -> shelves.put(new Shelf(newName(draft), draft.shelf().id(), false));
            default -> {}
        }
    }

    private static String newName(Draft draft) {
        return field(draft.request().body(), "new_name");
    }

    /** The public id that the answer to a create told. */
    static String created(Operation create) {
        return field(create.acknowledged().orElseThrow().body(), "id");
    }

    private static String field(String json, String name) {
        try {
            return JSON.readTree(json).path(name).asText();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + json, e);
        }
    }

    /** Whether Chroma's own word is that a create went through. */
    static boolean made(Operation create) {
        return create.kind() == Kind.CREATE && create.acknowledged().isPresent();
    }

    @Override
    public void close() {
        wire.close();
    }
}
