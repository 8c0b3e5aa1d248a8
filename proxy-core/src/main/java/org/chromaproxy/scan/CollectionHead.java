package org.chromaproxy.scan;

import java.util.OptionalInt;

/**
 * What the proxy needs of a collection in an answer.
 *
 * @param idStart offset in the body of the id's 36 bytes
 * @param id the id as the instance spells it
 * @param dimension empty until the first record has fixed it
 */
public record CollectionHead(int idStart, String id, String name, OptionalInt dimension) {}
