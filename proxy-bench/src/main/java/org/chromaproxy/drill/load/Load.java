package org.chromaproxy.drill.load;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Recorder;

/** Many clients at once on a few collections that they share, until told to stop. */
public final class Load implements AutoCloseable {
    private static final List<String> HOT = List.of("hot-1", "hot-2", Generator.PROTECTED);
    private static final int COLD = 3;
    private static final long RUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** One turn in so many is a rush. */
    private static final int RUSH_EACH = 8;

    private final long seed;
    private final List<URI> proxies;
    private final Recorder recorder;
    private final LoadOptions options;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopping;

    /** @param proxies where clients connect: the first that serves */
    public Load(long seed, List<URI> proxies, Recorder recorder, LoadOptions options) {
        this.seed = seed;
        this.proxies = List.copyOf(proxies);
        this.recorder = recorder;
        this.options = options;
    }

    /** Makes the collections, then starts the clients; returns while they work. */
    public void start() throws InterruptedException {
        Shelves shelves = prepare();
        for (int number = 1; number <= options.clients(); number++) {
            int client = number;
            running.add(threads.submit(() -> {
                work(client, shelves);
                return null;
            }));
        }
    }

    private Shelves prepare() throws InterruptedException {
        Random random = new Random(seed);
        Shelves none = new Shelves(List.of(new Shelf("", "", true)));
        List<Shelf> hot = new ArrayList<>();
        try (Client client = new Client(0, proxies, recorder, none, random)) {
            Generator generator = new Generator(random, none, recorder::nextId);
            for (String name : HOT) {
                hot.add(make(client, generator, name, true));
            }
            Shelves shelves = new Shelves(hot);
            for (int i = 0; i < COLD; i++) {
                shelves.put(make(client, generator, "cold-" + i, false));
            }
            return shelves;
        }
    }

    private Shelf make(Client client, Generator generator, String name, boolean hot) throws InterruptedException {
        Operation create = client.perform(generator.create(recorder.nextId(), name, false));
        if (!Client.made(create)) {
            throw new IllegalStateException("before any fault: " + create);
        }
        Shelf shelf = new Shelf(name, Client.created(create), hot);
        client.perform(generator.firstWrite(recorder.nextId(), shelf));
        return shelf;
    }

    private void work(int number, Shelves shelves) throws InterruptedException {
        Random random = new Random(seed * 1_000 + number);
        Generator generator = new Generator(random, shelves, recorder::nextId);
        try (Client client = new Client(number, proxies, recorder, shelves, random)) {
            while (!stopping) {
                int turn = (int) (recorder.now() / RUSH_NANOS);
                boolean rush = turn % RUSH_EACH == 0;
                client.perform(rush ? generator.rush(turn / RUSH_EACH) : generator.next());
                if (!rush && options.paceMs() > 0) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(options.paceMs()));
                }
            }
        }
    }

    /** Tells the clients to stop, and waits until each has finished what it was doing. */
    public void stop() throws InterruptedException, ExecutionException {
        stopping = true;
        for (Future<?> client : running) {
            client.get();
        }
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
        threads.close();
    }
}
