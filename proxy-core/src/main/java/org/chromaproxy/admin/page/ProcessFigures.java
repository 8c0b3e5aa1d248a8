package org.chromaproxy.admin.page;

import com.sun.management.OperatingSystemMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Memory and processor time of this process, not of its host. Thread-safe. */
public final class ProcessFigures {
    private static final double MIB = 1 << 20;

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final List<BufferPoolMXBean> buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final long startedNanos = System.nanoTime();
    private final AtomicLong peak = new AtomicLong();

    /** Looks at the memory, so that the peak is one of many looks. */
    public void sample() {
        usedBytes();
    }

    private long directBytes() {
        long direct = 0;
        for (BufferPoolMXBean pool : buffers) {
            if (pool.getName().equals("direct")) {
                direct += pool.getMemoryUsed();
            }
        }
        // Netty's own memory may or may not be in the JVM's figure, by how it was allocated: the larger covers both.
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider netty) {
            direct = Math.max(direct, netty.metric().usedDirectMemory());
        }
        return direct;
    }

    /** Bytes in use: heap, class data and the like, direct buffers. */
    public Map<String, Long> memoryByKind() {
        return Map.of(
                "heap", memory.getHeapMemoryUsage().getUsed(),
                "non_heap", memory.getNonHeapMemoryUsage().getUsed(),
                "direct", directBytes());
    }

    private long usedBytes() {
        long used = memory.getHeapMemoryUsage().getUsed()
                + memory.getNonHeapMemoryUsage().getUsed()
                + directBytes();
        peak.accumulateAndGet(used, Math::max);
        return used;
    }

    /** Heap, class data and direct buffers in use. */
    public double usedMb() {
        return Answers.rounded(usedBytes() / MIB);
    }

    public double peakMb() {
        return Answers.rounded(peak.get() / MIB);
    }

    public double percentOf(int maxMb) {
        return Answers.rounded(100 * usedMb() / maxMb);
    }

    /** Share of all processors that this process used lately, 0 to 100. */
    public double cpuPercent() {
        return Answers.rounded(100 * Math.max(0, system.getProcessCpuLoad()));
    }

    public Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }
}
