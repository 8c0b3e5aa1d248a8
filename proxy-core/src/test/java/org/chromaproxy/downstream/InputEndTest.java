package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputEndTest {
    @Test
    void theCodecIsNotToldThatTheClientHasEndedItsSide() {
        List<Object> told = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(new InputEnd(), new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                told.add(event);
            }
        });

        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        channel.pipeline().fireUserEventTriggered("another");

        assertEquals(List.of(InputEnd.Reached.NOW, "another"), told);
        channel.finishAndReleaseAll();
    }
}
