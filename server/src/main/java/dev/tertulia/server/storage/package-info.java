/// Where logs are kept: the implementations of the journal. It knows topics.
@NullMarked
package dev.tertulia.server.storage;

import org.jspecify.annotations.NullMarked;
