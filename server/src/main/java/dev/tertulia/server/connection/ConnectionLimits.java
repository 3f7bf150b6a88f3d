package dev.tertulia.server.connection;

import java.time.Duration;

/// What one connection may cost.
///
/// @param rate how fast it may speak
/// @param byteRate how much it may say, besides
/// @param sendQueueBytes how much may wait for it, in bytes
/// @param flushBudget how long what is to be sent may be kept back, to be sent together with more
/// @param heartbeatInterval after so much silence it is pinged
/// @param heartbeatTimeout after so much silence it is closed
public record ConnectionLimits(
    MessageRate rate,
    ByteRate byteRate,
    int sendQueueBytes,
    Duration flushBudget,
    Duration heartbeatInterval,
    Duration heartbeatTimeout) {}
