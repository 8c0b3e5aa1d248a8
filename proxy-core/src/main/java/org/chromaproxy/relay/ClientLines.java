package org.chromaproxy.relay;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/** The lines that end a request's head: what each instance is told of one client. Made once per connection. */
final class ClientLines {
    private static final byte[] END = PlainHead.ascii("\r\n\r\n");

    private final byte[][] forInstance;

    ClientLines(SocketAddress remote, boolean tls, Instances instances) {
        String address =
                remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "";
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
    int headLength(PlainRequest head, Instance instance) {
        return head.length + forInstance[instance.index()].length + head.hostEnd - head.host + END.length;
    }

    /** Writes the head for that instance. */
    void write(PlainRequest head, Instance instance, ByteBuf to) {
        head.writeKept(to);
        to.writeBytes(forInstance[instance.index()]);
        to.writeBytes(head.bytes, head.host, head.hostEnd - head.host);
        to.writeBytes(END);
    }
}
