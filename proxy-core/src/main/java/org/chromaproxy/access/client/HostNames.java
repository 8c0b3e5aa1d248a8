package org.chromaproxy.access.client;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The names that the proxy goes by in {@code Host}. A page whose site's name an attacker has resolve to the proxy's address
 * (DNS rebinding) is of the same origin as the proxy for its browser; only the name that it asks for gives it away.
 * Immutable.
 */
public final class HostNames {
    private static final String ANY = "*";
    private static final String LOOPBACK_NAME = "localhost";
    private static final String LOOPBACK_SUFFIX = ".localhost";
    private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

    private final Set<String> names = new HashSet<>();

    /** @param configured names or addresses without a port, beside loopback and this machine's name; {@code *} for all */
    public HostNames(List<String> configured) {
        this(configured, machine());
    }

    HostNames(List<String> configured, String machine) {
        configured.forEach(name -> names.add(normal(name)));
        if (!machine.isEmpty()) {
            names.add(normal(machine));
        }
    }

    /** Without asking a name server, which may be slow or untrue. */
    private static String machine() {
        try {
            return Files.readString(KERNEL_NAME).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Whether that is one of the proxy's own names: loopback, this machine's, the address that the client connected to, or a
     * configured one.
     *
     * @param host the value of {@code Host}, with or without a port; a client that sends none is no browser, and passes
     */
    public boolean own(String host, ClientSocket socket) {
        String name = normal(host);
        return name.isEmpty()
                || names.contains(ANY)
                || names.contains(name)
                || name.equals(LOOPBACK_NAME)
                || name.endsWith(LOOPBACK_SUFFIX)
                || (literal(name) && isOwnAddress(name, socket));
    }

    /**
     * The same, or any address: nobody can have one resolve to another, so a page of an address is that address's own,
     * and a container is reached by addresses that it does not know.
     */
    public boolean ownOrAddress(String host, ClientSocket socket) {
        return literal(normal(host)) || own(host, socket);
    }

    private static boolean isOwnAddress(String literal, ClientSocket socket) {
        InetAddress address = InetAddress.ofLiteral(literal);
        return address.isLoopbackAddress() || address.getHostAddress().equals(socket.local());
    }

    private static boolean literal(String name) {
        // A zone (RFC 6874) is the client's own affair, and no browser sends one.
        return name.indexOf('%') < 0 && (NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name));
    }

    /** In lower case, without a port, brackets, and the dot at the end that means the same name. */
    private static String normal(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        int bracket = name.indexOf(']');
        if (name.startsWith("[") && bracket > 0) {
            boolean whole = bracket == name.length() - 1 || name.charAt(bracket + 1) == ':';
            return whole ? name.substring(1, bracket) : name;
        }
        int colon = name.lastIndexOf(':');
        if (colon >= 0 && colon == name.indexOf(':')) {
            name = name.substring(0, colon);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
