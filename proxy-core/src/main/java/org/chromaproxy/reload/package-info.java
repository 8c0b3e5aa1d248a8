/**
 * Reading the configuration again while the proxy runs: by SIGHUP, or on an operator's demand. State: what holds now,
 * guarded by the reloader. May import the configuration and nothing else of the project.
 */
@NullMarked
package org.chromaproxy.reload;

import org.jspecify.annotations.NullMarked;
