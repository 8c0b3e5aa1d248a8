package org.chromaproxy.relay;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/** The lines that end a request's head: what each instance is told of one client. Made once per connection. */
final class ClientLines {
    private static final byte[] END = PlainHead.ascii("\r\n\r\n");

    private static final byte[] TRACEPARENT = PlainHead.ascii("\r\ntraceparent: ");

    private final byte[][] forInstance;
    private final ForwardedHeaders.Client client;

    ClientLines(SocketAddress remote, boolean tls, Instances instances) {
        String address =
                remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "";
        client = new ForwardedHeaders.Client(address, tls);
        forInstance = new byte[instances.size()][];
        for (Instance instance : instances) {
            StringBuilder own = new StringBuilder();
            instance.credentials()
                    .forEach((name, value) ->
                            own.append(name).append(": ").append(value).append("\r\n"));
            forInstance[instance.index()] =
                    PlainHead.ascii(own + "host: " + instance.authority() + "\r\nx-forwarded-for: " + address
                            + "\r\nx-forwarded-proto: " + (tls ? "https" : "http") + "\r\nx-forwarded-host: ");
        }
    }

    /** The length of the whole head as the instance gets it, at most. */
    int headLength(PlainRequest head, Instance instance, String traceparent) {
        int trace = TRACEPARENT.length + traceparent.length();
        return head.length + forInstance[instance.index()].length + head.hostEnd - head.host + trace + END.length;
    }

    ForwardedHeaders.Client client() {
        return client;
    }

    /**
     * Writes the head for that instance.
     *
     * @param traceparent what it is told of the trace; empty: what the client said
     */
    void write(PlainRequest head, Instance instance, String traceparent, ByteBuf to) {
        head.writeKept(to);
        to.writeBytes(forInstance[instance.index()]);
        to.writeBytes(head.bytes, head.host, head.hostEnd - head.host);
        if (!traceparent.isEmpty()) {
            to.writeBytes(TRACEPARENT);
            to.writeCharSequence(traceparent, StandardCharsets.US_ASCII);
        } else if (head.parent >= 0) {
            to.writeBytes(TRACEPARENT);
            to.writeBytes(head.bytes, head.parent, head.parentEnd - head.parent);
        }
        to.writeBytes(END);
    }
}
