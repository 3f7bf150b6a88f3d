package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.read.InboxView;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Adds changes of notifications to a batch: read, revoked, acknowledged, shown. Sending is done by
/// [EntryAppender]. Owned by the writer.
///
/// Each change first reads and decides and then writes, as [WriteBatch] requires. What it reads are
/// [InboxFacts], for which what was decided before is written first if they are the tables
/// themselves.
final class InboxAppender {
  private final LogTables tables;
  private final TopicCache topicCache;
  private final ClientCache known;

  InboxAppender(LogTables tables, TopicCache topicCache, ClientCache known) {
    this.tables = tables;
    this.topicCache = topicCache;
    this.known = known;
  }

  /// The entry as it is stored in `topic`, with its place in the order of the inbox.
  Entry.Notification placed(TopicName topic, Entry.Notification entry) throws SQLException {
    return entry.after(broadcastsHead(topic));
  }

  private long broadcastsHead(TopicName topic) throws SQLException {
    return topic.kind() == TopicName.Kind.INBOX ? topicCache.ends(TopicName.BROADCASTS).head() : 0;
  }

  Outcome seen(WriteBatch writeBatch, Facts facts, Draft.Seen seen) throws SQLException {
    put(writeBatch, facts, known.meet(facts, seen.client().value(), true, writeBatch.now));
    return new Outcome.Noted();
  }

  Outcome acked(WriteBatch writeBatch, Facts facts, Draft.Acked acked) throws SQLException {
    facts.settle();
    InboxView view = view(facts, acked.client());
    InboxView.Cut cut = view.resolve(acked.position());
    if (cut == null) {
      return new Outcome.Refused(ErrorCode.NOT_FOUND);
    }
    List<DeviceRow> devices = view.devices();
    DeviceRow before = DeviceRow.find(devices, acked.device());
    long personal = Math.max(cut.own().offset(), before == null ? 0 : before.personal());
    long broadcasts = Math.max(cut.all().offset(), before == null ? 0 : before.broadcasts());
    if (before == null
        || personal > before.personal()
        || broadcasts > before.broadcasts()
        || isOld(before, writeBatch.now)) {
      makeRoom(facts, devices, before);
      facts
          .inboxes()
          .store(
              new DeviceRow(
                  acked.client().value(), acked.device(), writeBatch.now, personal, broadcasts));
      writeBatch.wrote();
    }
    return new Outcome.Noted();
  }

  Outcome shown(WriteBatch writeBatch, Facts facts, Draft.Shown shown) throws SQLException {
    facts.settle();
    InboxView view = view(facts, shown.client());
    NotificationId id = new NotificationId(shown.log(), shown.position());
    if (view.notification(id) == null) {
      return new Outcome.Refused(ErrorCode.NOT_FOUND);
    }
    String client = shown.client().value();
    boolean broadcast = id.isBroadcast();
    long offset = id.position().offset();
    OffsetRanges before = view.shown(shown.device(), broadcast);
    OffsetRanges after =
        before.holds(offset) ? before : before.with(offset, offset, view.between(broadcast));
    List<DeviceRow> devices = view.devices();
    DeviceRow device = DeviceRow.find(devices, shown.device());
    if (device == null || isOld(device, writeBatch.now)) {
      makeRoom(facts, devices, device);
      long personal = device == null ? 0 : device.personal();
      long broadcasts = device == null ? 0 : device.broadcasts();
      facts
          .inboxes()
          .store(new DeviceRow(client, shown.device(), writeBatch.now, personal, broadcasts));
      writeBatch.wrote();
    }
    if (!after.equals(before)) {
      facts.inboxes().storeShown(client, shown.device(), broadcast, before, after);
      writeBatch.wrote();
    }
    return new Outcome.Noted();
  }

  Outcome read(WriteBatch writeBatch, Facts facts, Draft.Append append, Entry.InboxRead asked)
      throws SQLException {
    facts.settle();
    InboxView view = view(facts, asked.client());
    OffsetRanges own = view.read(false);
    OffsetRanges all = view.read(true);
    OffsetRanges ownAfter = own;
    OffsetRanges allAfter = all;
    if (asked.upTo() != null) {
      InboxView.Found found = view.find(required(asked.upTo()));
      if (found == null) {
        return absent(view, asked.upTo(), own, all);
      }
      ownAfter = upTo(view, false, view.own().floor(), found.own(), own);
      allAfter = upTo(view, true, Math.max(view.since(), view.all().floor()), found.all(), all);
    }
    for (String name : asked.ids()) {
      NotificationId id = required(name);
      EntryRow found = view.notification(id);
      long offset = id.position().offset();
      if (found == null) {
        if (!isGone(view, id)) {
          return new Outcome.Refused(ErrorCode.NOT_FOUND);
        }
      } else if (!found.deleted()) {
        if (id.isBroadcast()) {
          allAfter = with(allAfter, offset, view.between(true));
        } else {
          ownAfter = with(ownAfter, offset, view.between(false));
        }
      }
    }
    int unread = view.unread(ownAfter, allAfter);
    if (ownAfter.equals(own) && allAfter.equals(all)) {
      return new Outcome.Read(unread);
    }
    TopicState topic = topicCache.of(append.topic());
    Entry.InboxRead entry =
        new Entry.InboxRead(
            asked.client(), asked.ids(), asked.upTo(), unread, broadcastsHead(append.topic()));
    ClientRow newcomer = known.meet(facts, asked.client().value(), false, writeBatch.now);
    append(writeBatch, facts, append, topic, entry, null);
    put(writeBatch, facts, newcomer);
    facts.inboxes().storeRead(asked.client().value(), false, own, ownAfter);
    facts.inboxes().storeRead(asked.client().value(), true, all, allAfter);
    return new Outcome.Read(unread);
  }

  private static OffsetRanges with(
      OffsetRanges offsetRanges, long offset, OffsetRanges.Between between) throws SQLException {
    return offsetRanges.holds(offset) ? offsetRanges : offsetRanges.with(offset, offset, between);
  }

  /// What is read with all that is past `from`, up to `to`; the same as before if nothing there is
  /// unread.
  private static OffsetRanges upTo(
      InboxView view, boolean broadcast, long from, long to, OffsetRanges before)
      throws SQLException {
    return view.unread(view.ends(broadcast), from, to, before, 1) > 0
        ? before.with(from + 1, to, view.between(broadcast))
        : before;
  }

  /// The outcome for a missing notification: there is nothing to mark as read if retention has
  /// removed it.
  private static Outcome absent(InboxView view, String name, OffsetRanges own, OffsetRanges all)
      throws SQLException {
    return isGone(view, required(name))
        ? new Outcome.Read(view.unread(own, all))
        : new Outcome.Refused(ErrorCode.NOT_FOUND);
  }

  private static boolean isGone(InboxView view, NotificationId id) {
    return id.isFor(view.client()) && id.position().offset() <= view.ends(id.isBroadcast()).floor();
  }

  private static NotificationId required(String name) {
    NotificationId id = NotificationId.parse(name);
    if (id == null) {
      throw new IllegalArgumentException("not a notification id");
    }
    return id;
  }

  Outcome revoke(WriteBatch writeBatch, Facts facts, Draft.Append append, Entry.Revocation asked)
      throws SQLException {
    facts.settle();
    NotificationId id = required(asked.id());
    if (topicCache.ends(append.topic()).head() == 0) {
      return new Outcome.Refused(ErrorCode.NOT_FOUND);
    }
    TopicState topic = topicCache.of(append.topic());
    long offset = id.position().offset();
    EntryRow target =
        offset > topic.floor && offset <= topic.head ? facts.stored(topic, offset) : null;
    if (target == null
        || target.term() != id.position().term()
        || (target.sound() && !EntryBody.isNotification(target.kind()))) {
      return new Outcome.Refused(ErrorCode.NOT_FOUND);
    }
    ErrorCode refusal = append.rule().refuses(new ClientId(target.client()));
    if (refusal != null) {
      return new Outcome.Refused(refusal);
    }
    if (target.sound() && target.deleted()) {
      return new Outcome.Stored(target.position(), target.time(), asked.id());
    }
    Integer unread = null;
    if (!id.isBroadcast()) {
      InboxView view = view(facts, new ClientId(append.topic().name()));
      OffsetRanges own = view.read(false);
      unread = view.unread(own, view.read(true)) - (own.holds(offset) ? 0 : 1);
    }
    Entry.Revocation entry =
        new Entry.Revocation(
            asked.client(), offset, asked.id(), unread, broadcastsHead(append.topic()));
    EntryRow row = append(writeBatch, facts, append, topic, entry, offset);
    long broadcasts = id.isBroadcast() ? 0 : InboxView.broadcastsBefore(tables, target);
    EntryRow after = target.blanked(topic.name, broadcasts);
    facts.replace(after);
    writeBatch.blanked(topic, target, after);
    facts.blankRequestOf(target);
    return new Outcome.Stored(row.position(), row.time(), asked.id());
  }

  private EntryRow append(
      WriteBatch writeBatch,
      Facts facts,
      Draft.Append append,
      TopicState topic,
      Entry.Kept entry,
      @Nullable Long target)
      throws SQLException {
    if (topic.isNew) {
      topicCache.began(topic);
    }
    EntryRow row =
        new EntryRow(
            topic.id,
            topic.next(),
            writeBatch.term,
            writeBatch.now,
            EntryBody.kind(entry),
            entry.client().value(),
            null,
            target,
            false,
            EntryBody.write(entry));
    Publication publication = WriteBatch.publication(topic, row, entry).except(append.except());
    facts.add(row);
    writeBatch.added(topic, row, publication);
    return row;
  }

  private InboxView view(Facts facts, ClientId client) throws SQLException {
    return new InboxView(
        tables,
        client,
        topicCache.ends(TopicName.inbox(client)),
        topicCache.ends(TopicName.BROADCASTS),
        tables.isShared() ? facts.client(client.value()) : ClientRow.find(tables, client.value()),
        facts.inboxes());
  }

  private void put(WriteBatch writeBatch, Facts facts, @Nullable ClientRow row) {
    if (row != null) {
      facts.put(row);
      known.stored(row);
      writeBatch.wrote();
    }
  }

  private static boolean isOld(DeviceRow device, long now) {
    return Math.abs(now - device.heard()) >= ClientCache.GRAIN.toMillis();
  }

  /// @param device `null` if one more is to come
  private static void makeRoom(Facts facts, List<DeviceRow> devices, @Nullable DeviceRow device)
      throws SQLException {
    if (device == null && devices.size() >= DeviceRow.MOST_OF_A_CLIENT) {
      facts.inboxes().remove(devices.getFirst());
    }
  }
}
