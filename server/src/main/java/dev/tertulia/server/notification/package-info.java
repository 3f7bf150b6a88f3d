/// Notifications: to one client, in its inbox, or to all, in the broadcasts. It knows topics and
/// the words of the wire; it does not know who is connected, nor how.
@NullMarked
package dev.tertulia.server.notification;

import org.jspecify.annotations.NullMarked;
