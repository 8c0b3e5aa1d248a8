package org.chromaproxy.drill.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection through a link: the client's, the server's, and a flow each way. */
final class Pipe {
    /** What was passed on before a cut gets this long to arrive: a reset overtakes it otherwise. */
    private static final long CUT_MS = 20;

    private final Link link;
    private final Channel client;
    private final Flow up;
    private final Flow down;
    private final Marks marks;
    private @Nullable Channel server;
    private boolean dead;
    private boolean closed;

    Pipe(Link link, Channel client) {
        this.link = link;
        this.client = client;
        this.marks = link.marks();
        this.up = new Flow(this, true);
        this.down = new Flow(this, false);
        client.pipeline().addLast(up);
        up.from(client);
        down.to(client);
    }

    void connect() {
        ChannelFuture attempt = link.connect(down);
        attempt.addListener(done -> {
            if (dead) {
                abort(attempt.channel());
            } else if (done.isSuccess()) {
                server = attempt.channel();
                down.from(attempt.channel());
                up.to(attempt.channel());
            } else {
                reset();
                link.lostTarget();
            }
        });
    }

    Link link() {
        return link;
    }

    Marks marks() {
        return marks;
    }

    /** Whether bytes of both sides vanish here for good. */
    boolean dead() {
        return dead;
    }

    /** Whether an end has reset it and the other not been told yet. */
    boolean broken() {
        return up.broken() || down.broken();
    }

    /** The server is gone and the client not told. */
    void loseServer() {
        dead = true;
        up.drop();
        down.drop();
        Channel gone = server;
        if (gone != null) {
            abort(gone);
        }
    }

    /** Nothing goes on from here; both ends are reset after a moment. */
    void cut() {
        if (dead) {
            return;
        }
        dead = true;
        up.drop();
        down.drop();
        link.loop().schedule(this::reset, CUT_MS, TimeUnit.MILLISECONDS);
    }

    /** The end of a hole; {@code late}: see {@link Flow#healed}. */
    void healed(boolean late) {
        up.healed(late);
        down.healed(late);
    }

    void advance() {
        up.advance();
        down.advance();
    }

    /** Both directions have ended in order. */
    void maybeFinished() {
        if (up.finished() && down.finished()) {
            close(false);
        }
    }

    /** Resets both ends. */
    void reset() {
        close(true);
    }

    private void close(boolean abruptly) {
        if (closed) {
            return;
        }
        closed = true;
        dead = true;
        up.drop();
        down.drop();
        link.forget(this);
        Channel other = server;
        if (abruptly) {
            abort(client);
            if (other != null) {
                abort(other);
            }
        } else {
            client.close();
            if (other != null) {
                other.close();
            }
        }
    }

    private static void abort(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }
}
