package org.chromaproxy.tls;

/** Files that were read again and can be used: one of the two is to be called, once. Any thread. */
public interface Renewal {
    /** New connections get them from now on. */
    void use();

    /** They are not used after all. */
    void drop();
}
