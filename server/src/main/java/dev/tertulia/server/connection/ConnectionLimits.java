package dev.tertulia.server.connection;

import java.time.Duration;

/// What one connection may cost.
///
/// @param rate how fast it may speak
/// @param sendQueueBytes how much may wait for it, in bytes
/// @param heartbeatInterval after so much silence it is pinged
/// @param heartbeatTimeout after so much silence it is closed
public record ConnectionLimits(
    MessageRate rate, int sendQueueBytes, Duration heartbeatInterval, Duration heartbeatTimeout) {}
