package org.chromaproxy.drill.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The way to one server: a port to connect to instead of the server's own. */
public final class Link {
    private static final long POLL_MS = 20;
    private static final long TURN_MS = 3;
    /** Small, so that it can be filled: then the kernel drops further attempts to connect. */
    private static final int BACKLOG = 8;

    private static final int FILLERS = BACKLOG + 4;

    private final EventLoop loop;
    private final InetSocketAddress address;
    private final InetSocketAddress target;
    private final Network.Protocol protocol;
    private final Set<Pipe> pipes = new HashSet<>();
    private final List<Channel> fillers = new ArrayList<>();
    private final Set<Integer> fillerPorts = new HashSet<>();
    private LinkMode mode = new LinkMode.Pass();
    private int reached;
    private boolean targetThere = true;
    private boolean closed;
    private @Nullable Channel listener;

    Link(EventLoop loop, int port, int target, Network.Protocol protocol) {
        this.loop = loop;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), target);
        this.protocol = protocol;
    }

    /** Where to connect to. */
    public int port() {
        return address.getPort();
    }

    /** Does this from now on. */
    public void set(LinkMode next) {
        onLoop(() -> change(next));
    }

    /** Passes everything from now on. */
    public void heal() {
        set(new LinkMode.Pass());
    }

    /**
     * The server was killed: connections are refused, as its own port does, until it listens again. Without this the
     * first one would be accepted and reset, which says less than a refusal.
     */
    public void targetGone() {
        onLoop(this::lostTarget);
    }

    /** How many connections are open through it. */
    int connections() {
        int[] open = new int[1];
        onLoop(() -> open[0] = pipes.size());
        return open[0];
    }

    /** How many connections were reset by an end while something was under way from it. */
    int broken() {
        int[] broken = new int[1];
        onLoop(() -> broken[0] = (int) pipes.stream().filter(Pipe::broken).count());
        return broken[0];
    }

    void close() {
        onLoop(() -> {
            closed = true;
            List.copyOf(pipes).forEach(Pipe::reset);
            release();
            unlisten();
        });
    }

    LinkMode mode() {
        return mode;
    }

    EventLoop loop() {
        return loop;
    }

    void forget(Pipe pipe) {
        pipes.remove(pipe);
    }

    /** Whether a connection that got to this point is to be cut there. */
    boolean strikes(CutPoint point) {
        return mode instanceof LinkMode.Cut cut && cut.point() == point && reached++ % cut.every() == 0;
    }

    Marks marks() {
        return protocol == Network.Protocol.HTTP ? new HttpMarks(this) : new PostgresMarks(this);
    }

    ChannelFuture connect(ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(handler)
                .connect(target);
    }

    void lostTarget() {
        if (targetThere) {
            targetThere = false;
            unlisten();
            awaitTarget();
        }
    }

    private void awaitTarget() {
        if (closed) {
            return;
        }
        connect(new ChannelInboundHandlerAdapter()).addListener((ChannelFuture attempt) -> {
            if (attempt.isSuccess()) {
                attempt.channel().close();
                targetThere = true;
                listen();
            } else {
                loop.schedule(this::awaitTarget, POLL_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void change(LinkMode next) {
        LinkMode before = mode;
        mode = next;
        reached = 0;
        if (before instanceof LinkMode.HalfOpen || !next.listens()) {
            List<Pipe> affected = new ArrayList<>(pipes);
            affected.removeIf(pipe -> next.listens() && !pipe.dead());
            affected.forEach(Pipe::reset);
        }
        if (next instanceof LinkMode.HalfOpen) {
            List.copyOf(pipes).forEach(Pipe::loseServer);
        }
        if (before instanceof LinkMode.BlackHole hole) {
            List.copyOf(pipes).forEach(pipe -> pipe.healed(hole.late()));
        } else {
            List.copyOf(pipes).forEach(Pipe::advance);
        }
        if (!next.listens()) {
            unlisten();
        } else if (listener == null) {
            listen();
        }
        hold(!next.accepts());
    }

    private void listen() {
        if (closed || !targetThere || !mode.listens() || listener != null) {
            return;
        }
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        accepted(client);
                    }
                })
                .bind(address);
        listener = bound.channel();
        bound.addListener(done -> {
            if (!done.isSuccess()) {
                listener = null;
                loop.schedule(this::listen, POLL_MS, TimeUnit.MILLISECONDS);
            } else {
                hold(!mode.accepts());
            }
        });
    }

    private void unlisten() {
        Channel open = listener;
        listener = null;
        if (open != null) {
            open.close();
        }
    }

    private void accepted(Channel client) {
        if (!(client.remoteAddress() instanceof InetSocketAddress from) || fillerPorts.remove(from.getPort())) {
            client.close();
            return;
        }
        Pipe pipe = new Pipe(this, client);
        pipes.add(pipe);
        if (strikes(CutPoint.CONNECT)) {
            pipe.reset();
        } else {
            pipe.connect();
        }
    }

    /** Lets connecting hang, or go on: nobody accepts, and connections of our own fill the kernel's queue. */
    private void hold(boolean on) {
        Channel open = listener;
        if (open == null || !open.isActive()) {
            return;
        }
        open.config().setAutoRead(!on);
        if (!on) {
            release();
        } else if (fillers.isEmpty()) {
            for (int i = 0; i < FILLERS; i++) {
                fill();
            }
        }
    }

    private void fill() {
        ChannelFuture attempt = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Integer.MAX_VALUE)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address);
        fillers.add(attempt.channel());
        attempt.addListener(done -> {
            if (done.isSuccess()) {
                fillerPorts.add(((InetSocketAddress) attempt.channel().localAddress()).getPort());
            }
        });
    }

    private void release() {
        fillers.forEach(Channel::close);
        fillers.clear();
    }

    private void onLoop(Runnable work) {
        loop.submit(work).syncUninterruptibly();
        // Binding and connecting take a turn of the loop, and a socket is closed for good after the next select.
        for (int turn = 0; turn < 2; turn++) {
            loop.schedule(() -> {}, TURN_MS, TimeUnit.MILLISECONDS).syncUninterruptibly();
        }
    }
}
