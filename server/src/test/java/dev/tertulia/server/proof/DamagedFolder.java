package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.Storage;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// A data folder with data of every kind, and a comparison of a damaged copy with what was stored.
final class DamagedFolder {
  private static final List<RoomName> ROOMS =
      Stream.of("plaza", "market", "lobby").map(RoomName::new).toList();
  private static final List<ClientId> CLIENTS =
      Stream.of("ana", "luis", "eva").map(ClientId::new).toList();
  private static final int PAGE = 40;
  private static final int PAGE_BYTES = 64 << 10;

  private DamagedFolder() {}

  /// What was stored.
  static final class Memory {
    /// Everything that can be asked for, and the answer.
    private final Map<String, String> answers = new TreeMap<>();

    /// Each entry at any time since it was stored, with its position.
    private final Set<String> entries = new HashSet<>();

    /// Each text that a message ever had.
    private final Set<String> texts = new HashSet<>();

    private final Map<TopicName, Position> heads = new HashMap<>();
  }

  /// Makes a folder as a server leaves it that is killed.
  ///
  /// @return where it is
  static Path make(Path path, Memory memory) throws IOException {
    Path killed = Files.createDirectories(path.resolveSibling("killed"));
    try (Storage storage = storage(path, memory)) {
      List<Draft.Append> drafts = new ArrayList<>();
      for (int i = 0; i < 240; i++) {
        drafts.clear();
        round(i, drafts);
        drafts.forEach(draft -> store(storage, draft));
        if (i == 232) {
          fold(path);
        }
      }
      for (String file : List.of("tertulia.sqlite", "tertulia.sqlite-wal", "tertulia.head")) {
        Files.copy(path.resolve(file), killed.resolve(file));
      }
      memory.answers.putAll(ask(storage));
      topics().forEach(topic -> memory.heads.put(topic, storage.log().newest(topic, 1, 1).end()));
    }
    assertThat(Files.size(killed.resolve("tertulia.sqlite-wal"))).isGreaterThan(50_000);
    return killed;
  }

  /// What is said in one round; each room has four entries a round at least.
  private static void round(int i, List<Draft.Append> drafts) {
    RoomName room = ROOMS.get(i % ROOMS.size());
    TopicName topic = TopicName.room(room);
    ClientId client = CLIENTS.get(i / ROOMS.size() % CLIENTS.size());
    String text = "message %s %s".formatted(i, "lorem ipsum ".repeat(i % 7 == 0 ? 60 : 2));
    Long replyTo = i > 30 ? 1L : null;
    String data = i % 4 == 0 ? "{\"n\":%s}".formatted(i) : null;
    add(drafts, topic, new Entry.Chat(client, "Name", text, replyTo, data, false), "chat-" + i);
    if (i < ROOMS.size()) {
      return;
    }
    // The first entry of a room is a message, and every other from the third round on.
    if (i % 5 == 0) {
      add(drafts, topic, new Entry.Edit(CLIENTS.getFirst(), 1, "edited in " + i), "edit-" + i);
    }
    if (i % 6 == 0) {
      add(drafts, topic, new Entry.Reaction(client, 1, i % 4 == 0 ? "+1" : "?", i % 8 == 0), null);
    }
    if (i % 10 == 3) {
      TopicName inbox = TopicName.inbox(CLIENTS.get(i % CLIENTS.size()));
      String note = "notification " + i;
      add(drafts, inbox, new Entry.Notification(client, Entry.Scope.PERSONAL, note), "n-" + i);
      String all = "broadcast " + i;
      TopicName broadcasts = TopicName.BROADCASTS;
      add(drafts, broadcasts, new Entry.Notification(client, Entry.Scope.BROADCAST, all), null);
    }
    // A message that is edited and deleted.
    TopicName last = TopicName.room(ROOMS.getLast());
    if (i == 50) {
      add(drafts, last, new Entry.Edit(client, 2, "soon deleted"), "edit of 2");
    } else if (i == 100) {
      add(drafts, last, new Entry.Deletion(client, 2), "deletion of 2");
    }
  }

  private static void add(
      List<Draft.Append> drafts, TopicName topic, Entry.Kept entry, @Nullable String id) {
    drafts.add(new Draft.Append(topic, entry, id, Draft.TargetRule.ANY, Draft.Receipt.NONE));
  }

  private static void store(Storage storage, Draft.Append draft) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Appended appended =
        storage
            .journal()
            .append(
                new Draft.Append(
                    draft.topic(), draft.entry(), draft.id(), draft.rule(), outcome::complete));
    assertThat(appended).isEqualTo(Appended.QUEUED);
    // What amends something that is no message any more is refused, and that is fine.
    if (draft.entry() instanceof Entry.Chat) {
      assertThat(outcome.join()).isInstanceOf(Outcome.Stored.class);
    } else {
      outcome.join();
    }
  }

  /// Brings the write-ahead log into the database.
  private static void fold(Path path) {
    try (java.sql.Connection connection =
            java.sql.DriverManager.getConnection("jdbc:sqlite:" + path.resolve("tertulia.sqlite"));
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (java.sql.SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static Storage storage(Path path, Memory memory) {
    return new Storage(
        path,
        new Storage.Plan(
            _ -> Durability.DURABLE,
            false,
            _ -> false,
            _ -> Retention.FOREVER,
            ClientExpiry.NEVER,
            NameBounds.NONE,
            1000,
            1 << 20,
            1 << 20,
            System::currentTimeMillis,
            publications -> publications.forEach(publication -> remember(publication, memory)),
            topic -> {},
            client -> {},
            null));
  }

  private static void remember(Publication publication, Memory memory) {
    memory.entries.add(shown(publication));
    if (publication.entry() instanceof Entry.Chat chat) {
      memory.texts.add(chat.message());
    } else if (publication.entry() instanceof Entry.Edit edit && edit.message() != null) {
      memory.texts.add(edit.message());
    }
  }

  private static String shown(Publication publication) {
    return "%s %s %s %s %s"
        .formatted(
            publication.topic(),
            publication.position(),
            publication.time(),
            publication.id(),
            publication.entry());
  }

  private static List<TopicName> topics() {
    List<TopicName> topics = new ArrayList<>(List.of(TopicName.BROADCASTS));
    ROOMS.forEach(room -> topics.add(TopicName.room(room)));
    CLIENTS.forEach(client -> topics.add(TopicName.inbox(client)));
    return topics;
  }

  /// Asks for everything: replays, newest pages, histories forwards and backwards, rooms.
  private static Map<String, String> ask(Storage storage) {
    Map<String, String> answers = new TreeMap<>();
    Log log = storage.log();
    for (TopicName topic : topics()) {
      Position after = Position.START;
      for (int page = 0; after != null; page++) {
        Position from = after;
        Log.@Nullable Page read =
            answer(
                answers,
                "replay of %s, page %s".formatted(topic, page),
                () -> log.since(topic, from, PAGE, PAGE_BYTES),
                DamagedFolder::shownPage);
        after = read != null && read.more() && !read.entries().isEmpty() ? read.end() : null;
      }
      answer(
          answers,
          "newest of " + topic,
          () -> log.newest(topic, PAGE, PAGE_BYTES),
          DamagedFolder::shownPage);
    }
    for (RoomName room : ROOMS) {
      history(answers, "history of " + room, storage.rooms(), room);
    }
    for (ClientId client : CLIENTS) {
      inbox(answers, "inbox of " + client, storage.inboxes(), client);
      answer(answers, "rooms of " + client, () -> storage.rooms().of(client, 100), List::toString);
    }
    return answers;
  }

  private static void history(
      Map<String, String> answers, String name, RoomLog rooms, RoomName room) {
    ClientId reader = CLIENTS.getFirst();
    long after = 0;
    for (int page = 0; after >= 0; page++) {
      long from = after;
      RoomLog.@Nullable History read =
          answer(
              answers,
              name + ", forwards " + page,
              () -> rooms.after(room, from, PAGE, reader),
              DamagedFolder::shownHistory);
      after = read != null && read.more() ? read.messages().getLast().publication().head() : -1;
    }
    answer(
        answers,
        name + ", backwards",
        () -> rooms.before(room, Long.MAX_VALUE, PAGE, reader),
        DamagedFolder::shownHistory);
  }

  private static void inbox(
      Map<String, String> answers, String name, InboxLog inboxes, ClientId client) {
    InboxLog.@Nullable Page newest =
        answer(
            answers,
            name + ", backwards",
            () -> inboxes.before(client, null, 3, false),
            DamagedFolder::shownInbox);
    NotificationId oldest =
        newest == null || newest.items().isEmpty()
            ? null
            : NotificationId.parse(newest.items().getFirst().publication().id());
    if (oldest != null) {
      answer(
          answers,
          name + ", further backwards",
          () -> inboxes.before(client, oldest, PAGE, false),
          DamagedFolder::shownInbox);
      answer(
          answers,
          name + ", forwards",
          () -> inboxes.after(client, oldest, PAGE, false),
          DamagedFolder::shownInbox);
    }
  }

  private static String shownInbox(InboxLog.Page page) {
    return page.items().stream()
        .map(item -> shown(item.publication()) + " read " + item.read())
        .collect(Collectors.joining("\n", "", "\nmore: " + page.more()));
  }

  private static String shownPage(Log.Page page) {
    List<String> entries = page.entries().stream().map(DamagedFolder::shown).toList();
    return String.join("\n", entries) + "\nup to " + page.end() + " of " + page.head();
  }

  private static String shownHistory(RoomLog.History history) {
    List<String> messages =
        history.messages().stream()
            .map(message ->
                "%s edited %s %s"
                    .formatted(shown(message.publication()), message.edited(), message.reactions()))
            .toList();
    Position asOf = Objects.requireNonNull(history.asOf(), "a stored room has positions");
    return "%s\nmore: %s, as of %s"
        .formatted(String.join("\n", messages), history.more(), asOf.offset());
  }

  private static <T> @Nullable T answer(
      Map<String, String> answers,
      String name,
      Supplier<@Nullable T> question,
      java.util.function.Function<T, String> shown) {
    try {
      T answer = question.get();
      answers.put(name, answer == null ? "not to be shown complete" : shown.apply(answer));
      return answer;
    } catch (LogException e) {
      answers.put(name, "named: " + e.getMessage());
      return null;
    }
  }

  /// Looks at a damaged copy: by the check, and as a server does.
  static DamageTest.Verdict look(Path folder, Memory memory, String what) {
    boolean soundToCheck = check(folder);
    Memory ignored = new Memory();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.tertulia.server.storage");
    lines.start();
    logger.addAppender(lines);
    boolean additive = logger.isAdditive();
    logger.setAdditive(false);
    Map<String, String> answers;
    boolean lostEnd;
    try (Storage storage = storage(folder, ignored)) {
      lostEnd = lines.list.stream().anyMatch(e -> e.getFormattedMessage().contains("lost its end"));
      answers = ask(storage);
      requireHeadsThatAreGood(storage, memory, answers, lostEnd, what);
    } catch (DataFolderException e) {
      assertThat(soundToCheck).as("%s; the server says %s", what, e.getMessage()).isFalse();
      return DamageTest.Verdict.NAMED_AT_START;
    } finally {
      logger.setAdditive(additive);
      logger.detachAppender(lines);
    }
    if (lostEnd) {
      assertThat(soundToCheck).as("%s: to the check it is sound", what).isFalse();
      answers.forEach((question, answer) -> requireKnown(question, answer, memory, what));
      return DamageTest.Verdict.NAMED_AT_START;
    }
    boolean named = false;
    for (Map.Entry<String, String> asked : memory.answers.entrySet()) {
      // A page that is damaged has none after it.
      String answer = answers.getOrDefault(asked.getKey(), "named: before");
      if (NamedDamage.explains(asked.getKey(), answer, answers, memory.answers)) {
        named = true;
      } else {
        assertThat(answer).as("%s: %s", what, asked.getKey()).isEqualTo(asked.getValue());
      }
    }
    if (named) {
      assertThat(soundToCheck).as("%s: to the check it is sound", what).isFalse();
      return DamageTest.Verdict.NAMED_WHEN_READ;
    }
    return soundToCheck ? DamageTest.Verdict.HARMLESS : DamageTest.Verdict.NAMED_BY_CHECK_ALONE;
  }

  private static boolean check(Path folder) {
    try {
      return Check.of(folder, Progress.NONE).findings().isEmpty();
    } catch (CorruptionException | DataFolderException e) {
      return false;
    }
  }

  /// Whoever had seen everything is told that there is nothing more, or that it can't be shown.
  private static void requireHeadsThatAreGood(
      Storage storage, Memory memory, Map<String, String> answers, boolean lostEnd, String what) {
    memory.heads.forEach((topic, head) -> {
      Log.Page page;
      try {
        page = storage.log().since(topic, head, PAGE, PAGE_BYTES);
      } catch (LogException e) {
        answers.put("end of " + topic, "named: " + e.getMessage());
        return;
      }
      if (page == null) {
        boolean named =
            answers.values().stream()
                .anyMatch(text -> text.startsWith("named: ") || NamedDamage.isUnreadable(text));
        assertThat(lostEnd || named).as("%s: %s is not good any more", what, head).isTrue();
      } else {
        assertThat(page.entries()).as("%s: after the end of %s", what, topic).isEmpty();
        assertThat(page.head()).as("%s: the head of %s", what, topic).isEqualTo(head.offset());
      }
    });
  }

  /// When the end is gone, what is given is what once was.
  private static void requireKnown(String question, String answer, Memory memory, String what) {
    boolean replay = question.startsWith("replay") || question.startsWith("newest");
    if (answer.startsWith("named: ") || !replay) {
      return;
    }
    for (String line : answer.split("\n", -1)) {
      if (line.startsWith("TopicName") && !NamedDamage.isUnreadable(line)) {
        boolean now = memory.answers.values().stream().anyMatch(all -> all.contains(line));
        assertThat(now || memory.entries.contains(line))
            .as("%s: %s gives %s", what, question, line)
            .isTrue();
      }
    }
  }
}
