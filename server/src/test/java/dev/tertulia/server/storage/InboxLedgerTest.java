package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.Explanation;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxLog.DeliveryStatus;
import dev.tertulia.server.notification.InboxLog.Ledger;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.notification.SendHistory;
import dev.tertulia.server.storage.read.BroadcastLedger;
import dev.tertulia.server.storage.read.SqlInboxes;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What became of notifications, from what clients and devices tell, and how little is stored for
/// it.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
@Tag(Postgres.TAG)
final class InboxLedgerTest {
  private static final SendHistory NOBODY = new SendHistory(List.of(), 0);
  private static final TopicName INBOX = TopicName.inbox(BEA);

  private final TestStore store;
  @TempDir private Path folder;
  private TestLog log;
  private Readers readers;
  private ReadDatabase database;
  private InboxLog inboxes;

  InboxLedgerTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    log = new TestLog(folder, store);
    readers = new Readers(1, 100);
    database = new ReadDatabase(readers, log.reader());
    inboxes = new SqlInboxes(database);
  }

  @AfterEach
  void close() {
    readers.close();
    database.close();
    log.close();
  }

  private NotificationId sent(TopicName topic, String text) {
    Entry.Scope scope = topic.equals(INBOX) ? Entry.Scope.PERSONAL : Entry.Scope.BROADCAST;
    Outcome.Stored stored =
        (Outcome.Stored)
            await(
                log.append(topic, new Entry.Notification(ANA, scope, text), null, TargetRule.ANY));
    return requireNonNull(NotificationId.parse(stored.id()));
  }

  private Outcome read(ClientId client, NotificationId id) {
    return read(client, List.of(id));
  }

  private Outcome read(ClientId client, List<NotificationId> ids) {
    return await(
        log.append(
            TopicName.inbox(client),
            new Entry.InboxRead(
                client, ids.stream().map(NotificationId::toString).toList(), null, 0, 0),
            null,
            TargetRule.ANY));
  }

  private Outcome readUpTo(ClientId client, NotificationId id) {
    return await(
        log.append(
            TopicName.inbox(client),
            new Entry.InboxRead(client, List.of(), id.toString(), 0, 0),
            null,
            TargetRule.ANY));
  }

  private void revoke(NotificationId id) {
    await(
        log.append(
            id.topic(),
            new Entry.Revocation(ANA, id.position().offset(), id.toString(), null, 0),
            null,
            TargetRule.ANY));
  }

  private void seen(ClientId client) {
    log.note(receipt -> new Draft.Seen(client, receipt));
  }

  private Outcome acked(ClientId client, String device, InboxPosition position) {
    return log.note(receipt -> new Draft.Acked(client, device, position, receipt));
  }

  private Outcome shown(ClientId client, String device, NotificationId id) {
    return log.note(receipt -> new Draft.Shown(client, device, id.topic(), id.position(), receipt));
  }

  private static InboxPosition at(NotificationId id) {
    return id.isBroadcast()
        ? new InboxPosition(null, id.position())
        : new InboxPosition(id.position(), null);
  }

  private DeliveryStatus deliveryStatus(NotificationId id) {
    return ((Ledger.Personal) requireNonNull(inboxes.ledger(id, 10))).deliveryStatus();
  }

  private Ledger.Broadcast counts(NotificationId id) {
    return (Ledger.Broadcast) requireNonNull(inboxes.ledger(id, 10));
  }

  private static String words(DeliveryStatus deliveryStatus) {
    return new Explanation(Language.EN).of(deliveryStatus, NOBODY);
  }

  @Test
  void theDeliveryStatusIsReportedFromStoringToReading() {
    NotificationId id = sent(INBOX, "m");
    assertThat(deliveryStatus(id).isWaiting()).isTrue();
    assertThat(words(deliveryStatus(id))).contains("waits", "bea has never connected");
    log.pass(Duration.ofHours(2));
    seen(BEA);
    assertThat(words(deliveryStatus(id)))
        .contains("waits", "has connected since", "1970-01-01T02:16:40Z");
    acked(BEA, "phone", at(id));
    assertThat(deliveryStatus(id).isDelivered()).isTrue();
    assertThat(deliveryStatus(id).isShown()).isFalse();
    assertThat(words(deliveryStatus(id))).contains("reached phone");
    shown(BEA, "laptop", id);
    assertThat(words(deliveryStatus(id))).contains("shown on laptop");
    log.pass(Duration.ofHours(1));
    read(BEA, id);
    assertThat(words(deliveryStatus(id))).isEqualTo("bea read it (1970-01-01T03:16:40Z).");
    assertThat(new Explanation(Language.ES).of(deliveryStatus(id), NOBODY)).contains("bea la leyó");
    log.pass(Duration.ofHours(1));
    revoke(id);
    assertThat(words(deliveryStatus(id)))
        .isEqualTo("It was revoked (1970-01-01T04:16:40Z). bea read it (1970-01-01T03:16:40Z).");
    assertThat(((Entry.Notification) deliveryStatus(id).publication().entry()).message()).isEmpty();
  }

  @Test
  void aNotificationRevokedUnseenIsNeitherDeliveredNorReadLater() {
    NotificationId id = sent(INBOX, "m");
    revoke(id);
    NotificationId next = sent(INBOX, "n");
    acked(BEA, "phone", at(next));
    readUpTo(BEA, next);
    assertThat(deliveryStatus(id).isDelivered()).isFalse();
    assertThat(deliveryStatus(id).isWaiting()).isFalse();
    assertThat(words(deliveryStatus(id))).contains("revoked", "No device had acknowledged it");
    assertThat(deliveryStatus(next).isRead()).isTrue();
  }

  @Test
  void theNotificationsOfAClientAreListedNewestFirstWithTheirStatus() {
    seen(BEA);
    NotificationId one = sent(INBOX, "one");
    NotificationId two = sent(TopicName.BROADCASTS, "two");
    NotificationId three = sent(INBOX, "three");
    revoke(one);
    readUpTo(BEA, two);
    InboxLog.DeliveryStatuses all = requireNonNull(inboxes.deliveryStatuses(BEA, null, 10));
    assertThat(all.deliveryStatuses())
        .extracting(deliveryStatus -> deliveryStatus.publication().id())
        .containsExactly(three.toString(), two.toString(), one.toString());
    assertThat(all.deliveryStatuses())
        .extracting(DeliveryStatus::isRead)
        .containsExactly(false, true, false);
    assertThat(all.deliveryStatuses().get(1).readAt()).isNotNull();
    assertThat(all.deliveryStatuses().getLast().revoked()).isNotNull();
    assertThat(all.more()).isFalse();
    InboxLog.DeliveryStatuses page = requireNonNull(inboxes.deliveryStatuses(BEA, three, 1));
    assertThat(page.deliveryStatuses())
        .extracting(deliveryStatus -> deliveryStatus.publication().id())
        .containsExactly(two.toString());
    assertThat(page.more()).isTrue();
    assertThat(inboxes.deliveryStatuses(ANA, three, 1)).isNull();
  }

  @Test
  void aBroadcastIsCountedAndTheClientsItWaitsForAreNamed() {
    List<ClientId> clients = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      ClientId client = new ClientId(String.format(Locale.ROOT, "c%02d", i));
      clients.add(client);
      seen(client);
    }
    NotificationId id = sent(TopicName.BROADCASTS, "all");
    seen(new ClientId("late"));
    acked(clients.get(0), "d", at(id));
    shown(clients.get(1), "d", id);
    read(clients.get(2), id);
    readUpTo(clients.get(3), id);
    acked(clients.get(3), "d", at(id));
    Ledger.Broadcast counts = counts(id);
    assertThat(counts.clients()).isEqualTo(30);
    assertThat(counts.delivered()).isEqualTo(4);
    assertThat(counts.shown()).isEqualTo(3);
    assertThat(counts.read()).isEqualTo(2);
    assertThat(counts.waiting())
        .extracting(InboxLog.Visits::client)
        .isEqualTo(clients.subList(4, 14));
    revoke(id);
    assertThat(counts(id).waiting()).isEmpty();
    assertThat(counts(id).revoked()).isNotNull();
    assertThat(inboxes.ledger(new NotificationId(TopicName.BROADCASTS, new Position(1, 1)), 1))
        .isNull();
  }

  /// What begins the log of an inbox need not be a notification.
  @Test
  void anInboxMayBeginWithReadingABroadcast() {
    seen(BEA);
    NotificationId all = sent(TopicName.BROADCASTS, "all");
    assertThat(read(BEA, all)).isEqualTo(new Outcome.Read(0));
    NotificationId own = sent(INBOX, "own");
    assertThat(own.position().offset()).isEqualTo(2);
    read(BEA, own);
    log.until(() -> offsetsIn(INBOX).equals(List.of(1L, 2L, 3L)));
  }

  /// Those of what was published there.
  private List<Long> offsetsIn(TopicName topic) {
    return List.copyOf(log.publications).stream()
        .filter(publication -> publication.topic().equals(topic))
        .map(publication -> requireNonNull(publication.position()).offset())
        .toList();
  }

  @Test
  void readingAndShowingInOrderTakesOneRow() {
    seen(BEA);
    for (int i = 0; i < 50; i++) {
      NotificationId id = sent(i % 3 == 0 ? INBOX : TopicName.BROADCASTS, "m" + i);
      shown(BEA, "phone", id);
      read(BEA, id);
      acked(BEA, "phone", at(id));
    }
    assertThat(log.ask("SELECT count(*) FROM shown")).isEqualTo("2");
    assertThat(log.ask("SELECT count(*) FROM inbox_read")).isEqualTo("2");
    assertThat(log.ask("SELECT count(*) FROM device")).isEqualTo("1");
    assertThat(inboxes.unread(BEA)).isZero();
  }

  @Test
  void scatteredReadMarksAreCountedWithoutTheGaps() {
    seen(BEA);
    List<NotificationId> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(sent(i % 2 == 0 ? INBOX : TopicName.BROADCASTS, "m" + i));
    }
    for (int i : new int[] {3, 8, 10, 15}) {
      read(BEA, ids.get(i));
    }
    assertThat(inboxes.unread(BEA)).isEqualTo(16);
    assertThat(readUpTo(BEA, ids.get(9))).isEqualTo(new Outcome.Read(8));
    revoke(ids.get(12));
    assertThat(inboxes.unread(BEA)).isEqualTo(7);
    assertThat(readUpTo(BEA, ids.get(19))).isEqualTo(new Outcome.Read(0));
    // Nothing is unread: nothing is stored.
    String entries = log.ask("SELECT count(*) FROM entry");
    assertThat(readUpTo(BEA, ids.get(19))).isEqualTo(new Outcome.Read(0));
    assertThat(log.ask("SELECT count(*) FROM entry")).isEqualTo(entries);
  }

  @Test
  void manyReadRangesAreCountedLikeFew() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    seen(BEA);
    List<NotificationId> ids = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      ids.add(sent(i < 400 ? INBOX : TopicName.BROADCASTS, "m" + i));
    }
    Set<NotificationId> unread = new LinkedHashSet<>(ids);
    List<List<NotificationId>> readings = new ArrayList<>();
    // Every other one, then a long stretch in their midst, then the rest in any order.
    readings.add(IntStream.range(0, 300).mapToObj(i -> ids.get(2 * i)).toList());
    readings.add(ids.subList(150, 250));
    readings.add(ids.subList(450, 520));
    List<NotificationId> shuffled = new ArrayList<>(ids);
    Collections.shuffle(shuffled, random);
    for (int i = 0; i < ids.size(); i += 20) {
      readings.add(shuffled.subList(i, i + 20));
    }
    for (List<NotificationId> reading : readings) {
      NotificationId revoked = ids.get(random.nextInt(ids.size()));
      revoke(revoked);
      unread.remove(revoked);
      reading.forEach(unread::remove);
      assertThat(read(BEA, reading))
          .as(seeded.toString())
          .isEqualTo(new Outcome.Read(unread.size()));
      assertThat(inboxes.unread(BEA)).as(seeded.toString()).isEqualTo(unread.size());
    }
    assertThat(unread).isEmpty();
  }

  @Test
  void anAckNeverMovesBackAndMustBelongToTheseLogs() {
    seen(BEA);
    NotificationId one = sent(INBOX, "one");
    NotificationId all = sent(TopicName.BROADCASTS, "all");
    NotificationId two = sent(INBOX, "two");
    String sql = "SELECT personal || ' ' || broadcasts FROM device";
    acked(BEA, "d", at(all));
    assertThat(log.ask(sql)).isEqualTo("1 1");
    acked(BEA, "d", at(two));
    assertThat(log.ask(sql)).isEqualTo("2 1");
    acked(BEA, "d", at(one));
    acked(BEA, "d", InboxPosition.START);
    assertThat(log.ask(sql)).isEqualTo("2 1");
    InboxPosition wrong = new InboxPosition(new Position(1, 1), null);
    assertThat(acked(BEA, "d", wrong)).isEqualTo(new Outcome.Refused(ErrorCode.NOT_FOUND));
    assertThat(shown(ANA, "d", one)).isEqualTo(new Outcome.Refused(ErrorCode.NOT_FOUND));
  }

  @Test
  void aDeviceAboveTheLimitReplacesTheOneSilentForLongest() {
    NotificationId id = sent(INBOX, "m");
    for (int i = 0; i <= DeviceRow.MOST_OF_A_CLIENT; i++) {
      log.pass(Duration.ofSeconds(1));
      acked(BEA, "d" + i, at(id));
    }
    assertThat(log.ask("SELECT count(*) FROM device"))
        .isEqualTo(Integer.toString(DeviceRow.MOST_OF_A_CLIENT));
    assertThat(log.ask("SELECT count(*) FROM device WHERE device = 'd0'")).isEqualTo("0");
  }

  @Test
  void aClientIsRecordedOncePerHour() {
    seen(BEA);
    String batches = log.ask("SELECT count(*) FROM batch");
    for (int i = 0; i < 10; i++) {
      seen(BEA);
      log.pass(Duration.ofMinutes(5));
    }
    assertThat(log.ask("SELECT count(*) FROM batch")).isEqualTo(batches);
    log.pass(Duration.ofMinutes(11));
    seen(BEA);
    assertThat(requireNonNull(inboxes.visits(BEA)).last()).isEqualTo(log.clock);
    assertThat(inboxes.visits(ANA)).isNull();
  }

  @Test
  void aboveTheLimitTheFirstClientsByNameAreCounted() {
    List<ClientId> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ClientId client = new ClientId("c" + (8 - i));
      clients.add(client);
      seen(client);
    }
    NotificationId id = sent(TopicName.BROADCASTS, "all");
    seen(new ClientId("a-late-one"));
    clients.subList(0, 6).forEach(client -> read(client, id));
    Ledger.Broadcast counts =
        (Ledger.Broadcast)
            requireNonNull(
                database.read(
                    "the ledger", connection -> new BroadcastLedger(connection, id, 5).read(10)));
    assertThat(counts.clients()).isEqualTo(8);
    assertThat(counts.counted()).as("and one that came later").isEqualTo(4);
    assertThat(counts.read()).isEqualTo(2);
    assertThat(counts.waiting())
        .extracting(InboxLog.Visits::client)
        .containsExactly(clients.get(7), clients.get(6));
    assertThat(counts(id).counted()).isEqualTo(8);
    assertThat(counts(id).read()).isEqualTo(6);
  }
}
