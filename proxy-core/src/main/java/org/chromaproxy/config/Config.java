package org.chromaproxy.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everything that can be set. Sizes in bytes, times in milliseconds unless named otherwise. */
public record Config(Listen listen, List<Upstream> instances, Log log, Limits limits, Timing timing, Rules rules) {
    /** This one, with what a reload can change (the settings marked as live) as in another. */
    public Config live(Config now) {
        Limits bounds = now.limits;
        Timing times = now.timing;
        return new Config(
                listen.live(now.listen),
                instances,
                new Log(log.url, log.dataDirectory, log.soleOwner, now.log.pending),
                new Limits(
                        limits.maxMemoryMb,
                        limits.maxBody,
                        bounds.maxConcurrentRequests,
                        bounds.requestQueueSize,
                        bounds.maxWorkers,
                        bounds.batches,
                        bounds.principals,
                        limits.maxConnections,
                        bounds.maxConcurrentLists,
                        limits.maxWriteConnections),
                new Timing(
                        times.checkIntervalMs,
                        times.requestMs,
                        times.logMs,
                        times.admissionMs,
                        times.readWaitMs,
                        times.stallMs,
                        times.unansweredWriteMs,
                        times.followerLingerMs),
                new Rules(
                        now.rules.sharing,
                        now.rules.protectedCollections,
                        rules.adoptedTenants,
                        now.rules.autoResync,
                        now.rules.refusesMixed,
                        rules.seeing.live(now.rules.seeing)));
    }

    /** Where the token is that this machine's operators act with while there is no tokens file. */
    public Path localTokenFile() {
        return listen.access()
                .localTokenFile()
                .orElseGet(() -> log.dataDirectory().resolve("local-token"));
    }

    /** What the memory is divided into. */
    public MemoryPlan memory() {
        return new MemoryPlan(
                limits.maxMemoryMb, limits.maxBody, listen.tls.certificate().isPresent());
    }

    /** How many client connections there may be. */
    public int mostConnections() {
        return limits.maxConnections == 0 ? memory().mostConnections() : limits.maxConnections;
    }

    /**
     * Where clients connect.
     *
     * @param port 0 takes a free one
     * @param transport auto, epoll or nio
     * @param threads event loops
     * @param access who may do what
     */
    public record Listen(String host, int port, String transport, int threads, AccessSettings access, Tls tls) {
        private Listen live(Listen now) {
            AccessSettings rights = new AccessSettings(
                    access.tokensFile(),
                    access.upstreamToken(),
                    now.access.clients(),
                    access.localTokenFile(),
                    now.access.allowedHosts());
            return new Listen(host, port, transport, threads, rights, tls);
        }

        /** Plain HTTP. */
        Listen(String host, int port, String transport, int threads, AccessSettings access) {
            this(host, port, transport, threads, access, Tls.NONE);
        }

        /** The same for everybody. */
        Listen(String host, int port, String transport, int threads) {
            this(host, port, transport, threads, AccessSettings.OPEN);
        }
    }

    /** One Chroma server. */
    public record Upstream(String name, URI url) {}

    /**
     * Where the log lives.
     *
     * @param url {@code postgresql://user:password@host:port/database}; empty for an embedded server
     * @param dataDirectory of the embedded server
     * @param soleOwner no second proxy is ever started on this log: reads may go on while it is unavailable
     * @param acceptedEnd the LSN of which an operator accepts that the log has lost it; 0 for none
     */
    public record Log(Optional<String> url, Path dataDirectory, boolean soleOwner, Pending pending, long acceptedEnd) {
        /** One that has to be whole. */
        public Log(Optional<String> url, Path dataDirectory, boolean soleOwner, Pending pending) {
            this(url, dataDirectory, soleOwner, pending, 0);
        }

        /**
         * What may wait for one instance before the log lets go of it, and how large the log may be.
         *
         * @param maxBytes of bodies that wait
         * @param maxAge of the oldest of them
         * @param logBytes of the log on disk
         */
        public record Pending(long maxBytes, Duration maxAge, long logBytes) {
            private static final long LEAST = 1L << 30;

            /** With a log that has room for half as much again as may wait. */
            public Pending(long maxBytes, Duration maxAge) {
                this(maxBytes, maxAge, logBytes(maxBytes));
            }

            /** How large the log may be, unless that is set. */
            static long logBytes(long maxBytes) {
                return maxBytes > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : Math.max(LEAST, maxBytes + maxBytes / 2);
            }

            /** Bytes that may wait for an instance that is out of use: what it needs shall not fill the log. */
            public long letGoBytes() {
                return Math.min(maxBytes, logBytes / 3 * 2);
            }

            /** Bytes of the log that one principal may take up with what some instance has not applied. */
            long principalBytes() {
                return logBytes / 4 * 3;
            }
        }
    }

    /**
     * Bounds.
     *
     * @param principals what each principal may use
     * @param maxConnections of clients; 0: as many as there is memory for
     * @param maxConcurrentLists lists of collections or databases, of the requests under way
     * @param maxWriteConnections to one server, for lanes and copies
     */
    public record Limits(
            int maxMemoryMb,
            int maxBody,
            int maxConcurrentRequests,
            int requestQueueSize,
            int maxWorkers,
            Batches batches,
            PrincipalLimits principals,
            int maxConnections,
            int maxConcurrentLists,
            int maxWriteConnections) {
        private static final int LISTS = 16;
        private static final int WRITE_CONNECTIONS = 64;

        /** With no bounds for each principal, and as many connections as there is memory for. */
        Limits(
                int maxMemoryMb,
                int maxBody,
                int maxConcurrentRequests,
                int requestQueueSize,
                int maxWorkers,
                Batches batches) {
            this(
                    maxMemoryMb,
                    maxBody,
                    maxConcurrentRequests,
                    requestQueueSize,
                    maxWorkers,
                    batches,
                    PrincipalLimits.NONE,
                    0,
                    LISTS,
                    WRITE_CONNECTIONS);
        }

        /** Records per replay request. */
        public record Batches(int standard, int most) {}

        /** Bytes of bodies that records waiting for followers keep in memory. */
        public long backlogMemory() {
            return maxMemoryMb * 1024L * 1024 / 12;
        }
    }

    /**
     * How long things may take.
     *
     * @param logMs for PostgreSQL
     * @param admissionMs for a turn or for memory
     * @param unansweredWriteMs after which another instance decides a write; a second more per MiB of its body
     * @param followerLingerMs that a follower may wait for more to send in one request
     */
    public record Timing(
            long checkIntervalMs,
            long requestMs,
            long logMs,
            long admissionMs,
            long readWaitMs,
            long stallMs,
            long unansweredWriteMs,
            long followerLingerMs) {}

    /**
     * How requests and instances are treated.
     *
     * @param autoResync whether an instance that needs a resync gets it without a command, where nothing foreign is lost
     * @param refusesMixed whether writes that only some servers can execute are refused
     */
    public record Rules(
            Sharing sharing,
            Set<String> protectedCollections,
            List<String> adoptedTenants,
            boolean autoResync,
            boolean refusesMixed,
            Seeing seeing) {
        /** The same with nothing told. */
        Rules(
                double readReplicaRatio,
                Set<String> protectedCollections,
                List<String> adoptedTenants,
                boolean autoResync) {
            this(readReplicaRatio, protectedCollections, adoptedTenants, autoResync, Seeing.OFF);
        }

        /** The same with every instance in use, and reads shared by role. */
        public Rules(
                double readReplicaRatio,
                Set<String> protectedCollections,
                List<String> adoptedTenants,
                boolean autoResync,
                Seeing seeing) {
            this(
                    new Sharing(readReplicaRatio, Map.of(), Set.of()),
                    protectedCollections,
                    adoptedTenants,
                    autoResync,
                    true,
                    seeing);
        }
    }

    /**
     * Which instances are used, and for how many reads.
     *
     * @param followerRatio share of reads that prefer a follower, where there are no weights
     * @param weights of reads by instance; empty for none
     * @param drained names of those that are out of use
     */
    public record Sharing(double followerRatio, Map<String, Integer> weights, Set<String> drained) {}
}
