package org.chromaproxy.drill.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.chromaproxy.drill.stack.ProxyProcess;
import org.chromaproxy.drill.stack.Stack;
import org.chromaproxy.drill.stack.StackException;

/** Does to a stack what a schedule says. */
public final class Injector {
    private final Stack stack;
    private final FaultListener listener;
    /** One fault at a time where one process is started, stopped or paused. */
    private final Map<Target, Lock> processes = new EnumMap<>(Target.class);

    public Injector(Stack stack, FaultListener told) {
        this.stack = stack;
        this.listener = told;
        for (Target target : Target.values()) {
            processes.put(target, new ReentrantLock(true));
        }
    }

    /**
     * Runs the schedule from now on; returns when the last fault is healed and every process is up. Blocks.
     *
     * @throws StackException when a fault could not be injected or healed: the run says nothing
     */
    public void run(Schedule schedule) {
        long begun = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Episode episode : schedule.episodes()) {
                running.add(threads.submit(() -> {
                    run(episode, begun);
                    return true;
                }));
            }
        }
        for (Future<?> episode : running) {
            try {
                episode.get();
            } catch (ExecutionException e) {
                throw new StackException("the schedule could not be carried out", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StackException("interrupted in the schedule", e);
            }
        }
        stack.awaitServing();
    }

    private void run(Episode episode, long begun) throws IOException, InterruptedException {
        sleepUntil(begun + TimeUnit.MILLISECONDS.toNanos(episode.atMillis()));
        List<Lock> locks = disturbed(episode.target()).stream()
                .map(processes::get)
                .map(Objects::requireNonNull)
                .toList();
        locks.forEach(Lock::lock);
        try {
            runNow(episode);
        } finally {
            locks.forEach(Lock::unlock);
        }
    }

    private static List<Target> disturbed(Target target) {
        return switch (target) {
            case BOTH -> List.of(Target.PRIMARY, Target.REPLICA);
            case OWNER -> List.of(Target.PROXY);
            default -> List.of(target);
        };
    }

    private void runNow(Episode episode) throws IOException, InterruptedException {
        long lasts = TimeUnit.MILLISECONDS.toNanos(episode.endMillis() - episode.atMillis());
        long ends = System.nanoTime() + lasts;
        Injection injection = injection(episode);
        tell(episode, FaultListener.Step.INJECTING);
        try {
            injection.begin();
            tell(episode, FaultListener.Step.INJECTED);
            sleepUntil(ends);
        } finally {
            tell(episode, FaultListener.Step.HEALING);
            injection.heal();
            tell(episode, FaultListener.Step.HEALED);
        }
    }

    private Injection injection(Episode episode) {
        Fault fault = episode.fault();
        return switch (episode.target()) {
            case PRIMARY -> InstanceFaults.of(fault, stack.primary());
            case REPLICA -> InstanceFaults.of(fault, stack.replica());
            case BOTH ->
                InstanceFaults.all(
                        List.of(InstanceFaults.of(fault, stack.primary()), InstanceFaults.of(fault, stack.replica())));
            case POSTGRES -> PostgresFaults.of(fault, stack);
            case PROXY -> ProxyFaults.of(fault, stack.proxies().getFirst());
            case OWNER -> ProxyFaults.of(fault, owner());
            case NETWORK_PRIMARY -> NetworkFaults.of(fault, stack.links().primary());
            case NETWORK_REPLICA -> NetworkFaults.of(fault, stack.links().replica());
            case NETWORK_POSTGRES -> NetworkFaults.of(fault, stack.links().postgres());
        };
    }

    private ProxyProcess owner() {
        return stack.proxies().stream()
                .filter(proxy -> proxy.url().equals(stack.proxyUrl()))
                .findFirst()
                .orElseThrow();
    }

    private synchronized void tell(Episode episode, FaultListener.Step step) {
        listener.told(episode, step, System.nanoTime());
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.max(0, nanos - System.nanoTime()));
    }
}
