/// Notifications: to one client, in its inbox, or to all, as broadcasts. Depends on topics and the
/// model; it does not know about connections.
@NullMarked
package dev.tertulia.server.notification;

import org.jspecify.annotations.NullMarked;
