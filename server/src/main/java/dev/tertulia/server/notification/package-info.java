/// Notifications: to one client, in its inbox, or to all, as broadcasts. Depends on topics and the
/// vocabulary of the wire; it does not know about connections.
@NullMarked
package dev.tertulia.server.notification;

import org.jspecify.annotations.NullMarked;
