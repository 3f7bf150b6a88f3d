package dev.tertulia.server.storage.read;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Seam;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the current state of inboxes from the database that contains all of them.
public final class SqlInboxes implements InboxLog {
  private final ReadDatabase database;
  private final Seam seam;

  public SqlInboxes(ReadDatabase database) {
    this(database, Seam.ALONE);
  }

  /// @param seam is asked before a page is read from which live delivery may begin
  SqlInboxes(ReadDatabase database, Seam seam) {
    this.database = database;
    this.seam = seam;
  }

  private <T extends @Nullable LogPage> T readToFollow(ClientId client, Reading<T> reading) {
    TopicName own = TopicName.inbox(client);
    return seam.readToFollow(
        List.of(own, TopicName.BROADCASTS),
        () -> read(client, reading),
        page ->
            page == null
                || page.more()
                || (hasRead(own, page.end().personal())
                    && hasRead(TopicName.BROADCASTS, page.end().broadcasts())));
  }

  private boolean hasRead(TopicName topic, @Nullable Position end) {
    return end == null || seam.hasRead(topic, end);
  }

  private interface Reading<T extends @Nullable Object> {
    T from(InboxView view) throws SQLException;
  }

  private <T extends @Nullable Object> T read(ClientId client, Reading<T> reading) {
    return database.read(
        "the inbox of " + client, connection -> reading.from(view(connection, client)));
  }

  public static InboxView view(Querying querying, ClientId client) throws SQLException {
    return new InboxView(
        querying,
        client,
        TopicBounds.of(SqlLog.topicRow(querying, TopicName.inbox(client))),
        TopicBounds.of(SqlLog.topicRow(querying, TopicName.BROADCASTS)),
        ClientRow.find(querying, client.value()));
  }

  @Override
  public int unread(ClientId client) {
    return read(client, view -> view.unread(view.read(false), view.read(true)));
  }

  @Override
  public @Nullable Page before(
      ClientId client, @Nullable NotificationId before, int limit, boolean unreadOnly) {
    return read(
        client,
        view -> {
          InboxPages.Edge edge = edge(view, before);
          if (edge == null) {
            return null;
          }
          return page(
              view, new InboxPages(view).before(edge, limit, TextBytes.OF_PAGE, false, unreadOnly));
        });
  }

  @Override
  public @Nullable Page after(
      ClientId client, NotificationId after, int limit, boolean unreadOnly) {
    return read(
        client,
        view -> {
          InboxView.Found found = view.find(after);
          return found == null
              ? null
              : page(
                  view,
                  new InboxPages(view)
                      .after(InboxPages.Edge.after(found), limit, TextBytes.OF_PAGE, unreadOnly));
        });
  }

  /// The end of a page before `before`; `null` if there is no such notification.
  private static InboxPages.@Nullable Edge edge(InboxView view, @Nullable NotificationId before)
      throws SQLException {
    if (before == null) {
      return InboxPages.Edge.NEWEST;
    }
    InboxView.Found found = view.find(before);
    return found == null ? null : InboxPages.Edge.before(found, before.isBroadcast());
  }

  private static Page page(InboxView view, InboxPages.Rows rows) throws SQLException {
    OffsetRanges own = view.read(false);
    OffsetRanges all = view.read(true);
    return new Page(items(view, rows.rows(), own, all), view.unread(own, all), rows.more());
  }

  private static List<Item> items(
      InboxView view, List<EntryRow> rows, OffsetRanges own, OffsetRanges all) {
    return rows.stream()
        .map(row -> {
          boolean broadcast = row.topicId() == view.all().id();
          TopicName topic = broadcast ? TopicName.BROADCASTS : TopicName.inbox(view.client());
          boolean read =
              EntryBody.isNotification(row.kind()) && (broadcast ? all : own).holds(row.offset());
          return new Item(row.publication(topic, view.querying()), read);
        })
        .toList();
  }

  @Override
  public @Nullable LogPage since(ClientId client, InboxPosition after, int entries, int bytes) {
    return readToFollow(
        client,
        view -> {
          InboxView.Cut cut = view.resolve(after);
          if (cut == null) {
            return null;
          }
          InboxPages.RowsUpTo found = new InboxPages(view).since(cut, entries, bytes);
          return new LogPage(
              items(view, found.rows(), view.read(false), view.read(true)),
              cut.position(),
              found.end().position(),
              found.more());
        });
  }

  @Override
  public LogPage newest(ClientId client, int entries, int bytes) {
    return readToFollow(
        client,
        view -> {
          InboxPages.Rows rows =
              new InboxPages(view).before(InboxPages.Edge.NEWEST, entries, bytes, false, false);
          return new LogPage(
              items(view, rows.rows(), view.read(false), view.read(true)),
              null,
              view.end().position(),
              false);
        });
  }

  @Override
  public int countSince(ClientId client, InboxPosition after, int most) {
    return read(
        client,
        view -> {
          InboxView.Cut cut = view.resolve(after);
          if (cut == null) {
            return most;
          }
          int own = count(view, view.own(), cut.own().offset(), most);
          return own + count(view, view.all(), cut.all().offset(), most - own);
        });
  }

  private static int count(InboxView view, TopicBounds log, long offset, int most)
      throws SQLException {
    try (ResultSet result =
        view.querying()
            .query(
                SqlLog.COUNT,
                in -> {
                  in.number(log.id());
                  in.number(offset);
                  in.number(most);
                })) {
      return result.next() ? result.getInt(1) : 0;
    }
  }

  @Override
  public @Nullable Ledger ledger(NotificationId id, int waiting) {
    return database.readDear(
        "ledgers",
        "the ledger of notifications",
        connection ->
            id.isBroadcast()
                ? new BroadcastLedger(connection, id, MOST_COUNTED).read(waiting)
                : personal(connection, id));
  }

  private static @Nullable Ledger personal(Querying querying, NotificationId id)
      throws SQLException {
    InboxView view = view(querying, new ClientId(id.topic().name()));
    InboxView.Found found = view.find(id);
    return found == null
        ? null
        : new Ledger.Personal(new DeliveryStatusQuery(view).of(List.of(found.row())).getFirst());
  }

  @Override
  public @Nullable DeliveryStatuses deliveryStatuses(
      ClientId client, @Nullable NotificationId before, int limit) {
    return database.readDear(
        "statuses",
        "the inbox of " + client,
        connection -> {
          InboxView view = view(connection, client);
          InboxPages.Edge edge = edge(view, before);
          if (edge == null) {
            return null;
          }
          InboxPages.Rows rows =
              new InboxPages(view).before(edge, limit, TextBytes.OF_PAGE, true, false);
          return new DeliveryStatuses(
              new DeliveryStatusQuery(view).of(rows.rows()).reversed(), rows.more());
        });
  }

  @Override
  public @Nullable Visits visits(ClientId client) {
    return database.read(
        "the visits of " + client,
        connection -> DeliveryStatusQuery.visits(ClientRow.find(connection, client.value())));
  }

  @Override
  public List<Visits> clients(String prefix, String after, int limit) {
    NameRange ids = NameRange.of(prefix, after);
    return database.readDear(
        "clients",
        "the list of clients",
        connection ->
            ClientRow.between(connection, ids.from(), ids.to(), limit).stream()
                .map(DeliveryStatusQuery::visitsOf)
                .toList());
  }

  @Override
  public List<Device> devices(ClientId client) {
    return database
        .read("the devices of " + client, connection -> DeviceRow.of(connection, client.value()))
        .reversed()
        .stream()
        .map(row -> new Device(row.device(), row.heard()))
        .toList();
  }
}
