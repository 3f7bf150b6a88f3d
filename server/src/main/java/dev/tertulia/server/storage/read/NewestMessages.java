package dev.tertulia.server.storage.read;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Amendment;
import dev.tertulia.server.topic.Publication;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Collects the newest messages of a room, each with its current amendments: the last edit, and the
/// reactions that were not removed. For one thread.
///
/// The caller adds the entries of a log from the newest on, without gaps, until [#isComplete];
/// entries without a remaining effect (an edit before the last one, a removed reaction, a deletion,
/// whose message is blank) may be omitted. A message is included with all its amendments or not at
/// all. Only the newest message is always included: with its last edit, and the newest of its
/// reactions that fit.
public final class NewestMessages {
  /// The overhead of an amendment, in bytes, besides its text and names.
  private static final int AMENDMENT_BYTES = 192;

  private final int messages;
  private final long bytes;

  /// Amendments of messages that have not been added yet, newest first.
  private final Map<Long, List<Publication>> amendments = new HashMap<>();

  private final Set<Long> edited = new HashSet<>();
  private final Set<Reacted> reacted = new HashSet<>();
  private final List<Publication> chosen = new ArrayList<>();
  private int count;
  private long weight;
  private boolean complete;

  /// The key of a reaction: one client, one emoji, one message.
  private record Reacted(long target, String emoji, String client) {}

  /// @param messages the maximum number of messages
  /// @param bytes the maximum size of the texts of all messages, including amendments with their
  ///   overhead
  public NewestMessages(int messages, long bytes) {
    this.messages = messages;
    this.bytes = bytes;
    complete = messages <= 0;
  }

  /// Whether older entries are no longer needed.
  public boolean isComplete() {
    return complete;
  }

  /// The number of messages so far.
  public int count() {
    return count;
  }

  /// Adds the entry directly before all earlier ones.
  public void add(Publication publication) {
    if (complete) {
      return;
    }
    switch (publication.entry()) {
      case Entry.Chat chat -> add(publication, chat);
      case Entry.Edit edit -> {
        if (edited.add(edit.target()) && edit.message() != null) {
          amend(edit, publication);
        }
      }
      case Entry.Reaction reaction -> {
        Reacted by = new Reacted(reaction.target(), reaction.emoji(), reaction.client().value());
        if (reacted.add(by) && !reaction.removed()) {
          amend(reaction, publication);
        }
      }
      case Entry.Deletion deletion -> {}
      case Entry.Notification notification -> {}
      case Entry.InboxRead read -> {}
      case Entry.Revocation revocation -> {}
      case Entry.Unreadable unreadable -> {
        // It may have been a message, so it must not be dropped silently.
        amendments.remove(TailView.positionOf(publication).offset());
        chosen.add(publication);
        count++;
        complete = count == messages;
      }
      case Entry.Signal signal -> {}
    }
  }

  private void amend(Amendment amendment, Publication publication) {
    amendments.computeIfAbsent(amendment.target(), target -> new ArrayList<>(2)).add(publication);
  }

  private void add(Publication publication, Entry.Chat chat) {
    long offset = TailView.positionOf(publication).offset();
    List<Publication> those = amendments.remove(offset);
    List<Publication> amending = those == null || chat.deleted() ? List.of() : those;
    long sum = TextBytes.of(chat);
    for (Publication amendment : amending) {
      sum += weightOf(amendment);
    }
    if (count > 0 && weight + sum > bytes) {
      complete = true;
      return;
    }
    if (sum > bytes) {
      amending = newestThatFit(amending, bytes - TextBytes.of(chat));
    }
    chosen.add(publication);
    chosen.addAll(amending);
    weight += sum;
    count++;
    complete = count == messages || weight > bytes;
  }

  private static List<Publication> newestThatFit(List<Publication> amending, long bytes) {
    List<Publication> fitting = new ArrayList<>();
    long left = bytes;
    for (Publication amendment : amending) {
      if (amendment.entry() instanceof Entry.Edit) {
        fitting.add(amendment);
        left -= weightOf(amendment);
      }
    }
    for (Publication amendment : amending) {
      if (!(amendment.entry() instanceof Entry.Edit)) {
        left -= weightOf(amendment);
        if (left < 0) {
          break;
        }
        fitting.add(amendment);
      }
    }
    return fitting;
  }

  /// The size of an amendment; clients receive little text and much overhead for it.
  public static long weightOf(Publication amendment) {
    Entry entry = amendment.entry();
    int client = entry instanceof Entry.Kept kept ? kept.client().value().length() : 0;
    return (long) AMENDMENT_BYTES
        + amendment.topic().name().length()
        + client
        + TextBytes.of(entry);
  }

  /// The minimum size of an amendment.
  public static int leastWeight() {
    return AMENDMENT_BYTES;
  }

  /// The selected entries, oldest first.
  public List<Publication> entries() {
    List<Publication> entries = new ArrayList<>(chosen);
    entries.sort(Comparator.comparingLong(entry -> TailView.positionOf(entry).offset()));
    return entries;
  }
}
