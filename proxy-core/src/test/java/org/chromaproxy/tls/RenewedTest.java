package org.chromaproxy.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Each context is let go once, whatever comes between. */
class RenewedTest {
    private final List<SslContext> made = new ArrayList<>();

    private SslContext make() {
        try {
            SslContext context = Renewed.common(SslContextBuilder.forClient()).build();
            made.add(context);
            return context;
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertLetGo(int contexts) {
        assertEquals(contexts, made.size());
        made.forEach(each -> assertEquals(0, ReferenceCountUtil.refCnt(each)));
    }

    @Test
    void filesThatAreReadWhileTheProxyStopsAreNotTakenUp() {
        Renewed renewed = new Renewed("tests", List.of(), this::make);
        Renewal late = renewed.read();
        renewed.close();
        late.use();
        renewed.close();
        assertLetGo(2);
    }

    @Test
    void whatIsReplacedIsLetGo() {
        Renewed renewed = new Renewed("tests", List.of(), this::make);
        renewed.read().use();
        renewed.read().drop();
        renewed.close();
        assertLetGo(3);
    }
}
