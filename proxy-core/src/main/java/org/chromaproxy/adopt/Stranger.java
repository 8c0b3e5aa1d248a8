package org.chromaproxy.adopt;

import java.util.UUID;

/**
 * A collection on an instance that is not as the catalog says; nothing is done about it but telling.
 *
 * @param id its id on that instance
 * @param reason for humans
 */
public record Stranger(String instance, String tenant, String database, String name, UUID id, String reason) {}
