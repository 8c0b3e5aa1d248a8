package org.chromaproxy.drill.load;

import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Request;

/** An operation about to be sent. */
record Draft(long id, Kind kind, Shelf shelf, Request request) {}
