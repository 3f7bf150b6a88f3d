package dev.tertulia.server.connection;

import dev.tertulia.server.limits.Rate;
import java.time.Duration;

/// The resource limits of a connection.
///
/// @param rate the limit on messages
/// @param byteRate the limit on bytes, counted after decompression
/// @param sendQueueBytes the maximum size of its send queue
/// @param flushBudget how long output may be held back to be sent together with more
/// @param heartbeatInterval the time without input after which it is pinged
/// @param heartbeatTimeout the time without input after which it is closed
public record ConnectionLimits(
    Rate rate,
    Rate byteRate,
    int sendQueueBytes,
    Duration flushBudget,
    Duration heartbeatInterval,
    Duration heartbeatTimeout) {}
