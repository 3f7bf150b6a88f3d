package dev.tertulia.server.simulation;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The inboxes of a [FakeStore], found by looking through all that it holds. It keeps no ledger.
final class FakeInboxes implements InboxLog {
  private final FakeStore store;

  FakeInboxes(FakeStore store) {
    this.store = store;
  }

  /// All that a client's inbox holds, in the order in which it was stored.
  static List<Publication> all(FakeStore store, ClientId client) {
    synchronized (store) {
      long since = store.since(client);
      List<Publication> broadcasts =
          store.entries(TopicName.BROADCASTS).stream()
              .filter(entry -> entry.head() > since)
              .toList();
      List<Publication> all = new ArrayList<>();
      int next = 0;
      for (Publication own : store.entries(TopicName.inbox(client))) {
        long before = own.entry() instanceof Entry.Inboxed entry ? entry.broadcasts() : 0;
        while (next < broadcasts.size() && broadcasts.get(next).head() <= before) {
          all.add(broadcasts.get(next++));
        }
        all.add(own);
      }
      all.addAll(broadcasts.subList(next, broadcasts.size()));
      return all;
    }
  }

  /// The ids of what a client has read.
  static Set<String> read(FakeStore store, ClientId client) {
    Set<String> read = new TreeSet<>();
    for (Publication entry : store.entries(TopicName.inbox(client))) {
      if (entry.entry() instanceof Entry.InboxRead reading) {
        add(store, reading, read);
      }
    }
    return read;
  }

  /// The same once something is read.
  static Set<String> readWith(FakeStore store, Entry.InboxRead reading) {
    Set<String> read = read(store, reading.client());
    add(store, reading, read);
    return read;
  }

  private static void add(FakeStore store, Entry.InboxRead reading, Set<String> read) {
    read.addAll(reading.ids());
    if (reading.upTo() != null) {
      for (Publication entry : all(store, reading.client())) {
        if (entry.entry() instanceof Entry.Notification) {
          read.add(entry.id());
        }
        if (entry.id().equals(reading.upTo())) {
          return;
        }
      }
    }
  }

  /// How many are unread if these are read.
  static int unread(FakeStore store, ClientId client, Set<String> read) {
    return (int)
        all(store, client).stream()
            .filter(FakeInboxes::stands)
            .filter(entry -> !read.contains(entry.id()))
            .count();
  }

  private static boolean stands(Publication entry) {
    return entry.entry() instanceof Entry.Notification notification && !notification.revoked();
  }

  @Override
  public int unread(ClientId client) {
    synchronized (store) {
      store.check();
      return unread(store, client, read(store, client));
    }
  }

  @Override
  public @Nullable Page before(
      ClientId client, @Nullable NotificationId before, int limit, boolean unreadOnly) {
    synchronized (store) {
      store.check();
      List<Item> items = items(client, unreadOnly, before, null);
      if (items == null) {
        return null;
      }
      int from = Math.max(0, items.size() - limit);
      return new Page(items.subList(from, items.size()), unread(client), from > 0);
    }
  }

  @Override
  public @Nullable Page after(
      ClientId client, NotificationId after, int limit, boolean unreadOnly) {
    synchronized (store) {
      store.check();
      List<Item> items = items(client, unreadOnly, null, after);
      if (items == null) {
        return null;
      }
      int to = Math.min(limit, items.size());
      return new Page(items.subList(0, to), unread(client), to < items.size());
    }
  }

  private @Nullable List<Item> items(
      ClientId client,
      boolean unreadOnly,
      @Nullable NotificationId before,
      @Nullable NotificationId after) {
    Set<String> read = read(store, client);
    List<Item> items = new ArrayList<>();
    boolean found = before == null && after == null;
    boolean taking = after == null;
    for (Publication entry : all(store, client)) {
      if (before != null && entry.id().equals(before.toString())) {
        found = true;
        taking = false;
      }
      boolean isRead = read.contains(entry.id());
      if (taking && stands(entry) && !(unreadOnly && isRead)) {
        items.add(new Item(entry, isRead));
      }
      if (after != null && entry.id().equals(after.toString())) {
        found = true;
        taking = true;
      }
    }
    return found ? items : null;
  }

  @Override
  public @Nullable LogPage since(ClientId client, InboxPosition after, int entries, int bytes) {
    synchronized (store) {
      store.check();
      List<Publication> all = all(store, client);
      InboxPosition begin = complete(client, all, after);
      if (begin == null) {
        return null;
      }
      List<Publication> rest = new ArrayList<>();
      for (Publication entry : all) {
        if (entry.head() > part(begin, entry).offset()) {
          rest.add(entry);
        }
      }
      Set<String> read = read(store, client);
      List<Item> items = new ArrayList<>();
      InboxPosition end = begin;
      for (Publication entry : rest) {
        if (items.size() == entries) {
          break;
        }
        items.add(new Item(entry, read.contains(entry.id())));
        end = with(end, entry);
      }
      return new LogPage(items, begin, end, items.size() < rest.size());
    }
  }

  private static Position part(InboxPosition position, Publication entry) {
    Position part =
        entry.topic().kind() == TopicName.Kind.INBOX ? position.personal() : position.broadcasts();
    if (part == null) {
      throw new IllegalStateException("not complete");
    }
    return part;
  }

  private static InboxPosition with(InboxPosition position, Publication entry) {
    return entry.topic().kind() == TopicName.Kind.INBOX
        ? new InboxPosition(entry.position(), position.broadcasts())
        : new InboxPosition(position.personal(), entry.position());
  }

  private @Nullable InboxPosition complete(
      ClientId client, List<Publication> all, InboxPosition at) {
    TopicName own = TopicName.inbox(client);
    Position personal = at.personal();
    Position broadcasts = at.broadcasts();
    if ((personal != null && !isGood(own, personal))
        || (broadcasts != null && !isGood(TopicName.BROADCASTS, broadcasts))) {
      return null;
    }
    InboxPosition complete = new InboxPosition(store.floor(own), start(store.since(client)));
    for (Publication entry : all) {
      boolean isOwn = entry.topic().equals(own);
      Position given = isOwn ? personal : broadcasts;
      Position other = isOwn ? broadcasts : personal;
      boolean both = personal != null && broadcasts != null;
      if (both && given != null && entry.head() <= given.offset()) {
        complete = with(complete, entry);
      } else if (!both && given == null && other != null && isBefore(all, entry, other, isOwn)) {
        complete = with(complete, entry);
      } else if (!both && given != null && entry.head() <= given.offset()) {
        complete = with(complete, entry);
      }
    }
    return complete;
  }

  /// Whether `entry` stands before the entry of the other log at `place`.
  private static boolean isBefore(
      List<Publication> all, Publication entry, Position place, boolean isOwn) {
    int there = -1;
    for (int i = 0; i < all.size(); i++) {
      boolean other = (all.get(i).topic().kind() == TopicName.Kind.INBOX) != isOwn;
      if (other && all.get(i).head() <= place.offset()) {
        there = i;
      }
    }
    return all.indexOf(entry) < there;
  }

  private Position start(long offset) {
    Position floor = store.floor(TopicName.BROADCASTS);
    for (Publication entry : store.entries(TopicName.BROADCASTS)) {
      if (entry.head() == offset) {
        return FakeStore.positionOf(entry);
      }
    }
    return floor;
  }

  private boolean isGood(TopicName topic, Position at) {
    return at.equals(store.floor(topic)) || store.holds(topic, at);
  }

  @Override
  public LogPage newest(ClientId client, int entries, int bytes) {
    synchronized (store) {
      store.check();
      List<Item> items = items(client, false, null, null);
      List<Item> all = items == null ? List.of() : items;
      return new LogPage(
          all.subList(Math.max(0, all.size() - entries), all.size()),
          null,
          new InboxPosition(store.end(TopicName.inbox(client)), store.end(TopicName.BROADCASTS)),
          false);
    }
  }

  @Override
  public int countSince(ClientId client, InboxPosition after, int most) {
    LogPage rest = since(client, after, Integer.MAX_VALUE, Integer.MAX_VALUE);
    return rest == null ? most : Math.min(most, rest.items().size());
  }

  @Override
  public @Nullable Ledger ledger(NotificationId id, int waiting) {
    throw new UnsupportedOperationException("no ledger");
  }

  @Override
  public @Nullable DeliveryStatuses deliveryStatuses(
      ClientId client, @Nullable NotificationId before, int limit) {
    throw new UnsupportedOperationException("no ledger");
  }

  @Override
  public @Nullable Visits visits(ClientId client) {
    throw new UnsupportedOperationException("no ledger");
  }

  @Override
  public List<Visits> clients(String prefix, String after, int limit) {
    throw new UnsupportedOperationException("no ledger");
  }

  @Override
  public List<Device> devices(ClientId client) {
    throw new UnsupportedOperationException("no ledger");
  }
}
