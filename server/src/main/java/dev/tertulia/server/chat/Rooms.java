package dev.tertulia.server.chat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Exclusion;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// Sends to rooms: turns messages, amendments and marks into drafts for the journal. A room is a
/// topic. Permissions have been checked before. Safe for any thread.
public final class Rooms {
  private final Journal journal;
  private final Language.Words words;
  private final MemberListener members;

  /// Receives changes of the lists of members.
  @FunctionalInterface
  public interface MemberListener {
    /// A change is committed, or there was nothing to change. Called in the order of the changes,
    /// before their outcomes are reported; must neither block nor throw.
    ///
    /// @param member whether the client is a member now
    void changed(RoomName room, ClientId client, boolean member);
  }

  /// @param members receives changes of the lists of members
  public Rooms(Journal journal, Language language, MemberListener members) {
    this.journal = journal;
    this.members = members;
    words = language.words();
  }

  /// Sends `message` to everyone in `room`, including the sender.
  ///
  /// @param sender the name to show; `null` for none
  /// @param message `null` for an empty one
  public Appended say(
      RoomName room,
      ClientId client,
      @Nullable String sender,
      @Nullable String message,
      Receipt receipt) {
    Entry.Chat chat =
        new Entry.Chat(
            client, sender == null ? words.anonymous() : sender, message == null ? "" : message);
    return append(room, chat, null, TargetRule.ANY, receipt);
  }

  /// Sends a message to everyone in a room, including the sender.
  ///
  /// @param name the default name of the client
  public Appended say(ClientId client, String name, RoomCommand.Chat chat, Receipt receipt) {
    Entry.Chat entry =
        new Entry.Chat(
            client,
            chat.sender() == null ? name : chat.sender(),
            chat.message(),
            chat.replyTo(),
            chat.data(),
            /* deleted= */ false);
    return append(chat.room(), entry, chat.id(), TargetRule.ANY, receipt);
  }

  /// Edits a message of the client.
  ///
  /// @param moderator whether messages of other clients are allowed
  public Appended edit(ClientId client, RoomCommand.Edit edit, boolean moderator, Receipt receipt) {
    Entry.Edit entry = new Entry.Edit(client, edit.target(), edit.message());
    return append(edit.room(), entry, edit.id(), owner(client, moderator), receipt);
  }

  /// Deletes a message of the client.
  ///
  /// @param moderator whether messages of other clients are allowed
  public Appended delete(
      ClientId client, RoomCommand.Delete delete, boolean moderator, Receipt receipt) {
    Entry.Deletion entry = new Entry.Deletion(client, delete.target());
    return append(delete.room(), entry, delete.id(), owner(client, moderator), receipt);
  }

  /// Adds a reaction to a message, or removes it.
  public Appended react(ClientId client, RoomCommand.React react, Receipt receipt) {
    Entry.Reaction entry =
        new Entry.Reaction(client, react.target(), react.emoji(), react.remove());
    return append(react.room(), entry, react.id(), TargetRule.ANY, receipt);
  }

  /// Records up to which offset the client has read.
  public Appended read(ClientId client, RoomCommand.Read read, Receipt receipt) {
    return journal.append(
        new Draft.Mark(TopicName.room(read.room()), client, read.offset(), receipt));
  }

  /// Adds a client to the members of a room, or removes it.
  ///
  /// @param most the maximum number of members
  /// @param receipt called on the thread of the journal
  public Appended list(RoomName room, ClientId client, boolean member, int most, Receipt receipt) {
    Receipt told =
        outcome -> {
          if (outcome instanceof Outcome.Listed) {
            members.changed(room, client, member);
          }
          receipt.settled(outcome);
        };
    return journal.append(new Draft.Membership(TopicName.room(room), client, member, most, told));
  }

  /// Tells a room that the client is typing.
  ///
  /// @param name the default name of the client
  /// @param except the subscribers that are not told
  public Appended typing(
      ClientId client, String name, RoomCommand.Typing typing, Exclusion except) {
    String sender = typing.sender() == null ? name : typing.sender();
    return signal(TopicName.room(typing.room()), new Entry.Typing(client, sender), except);
  }

  /// Tells a room up to which offset the client has read.
  ///
  /// @param except the subscribers that are not told
  public Appended tellRoom(Entry.ReadMark mark, Exclusion except) {
    return signal(TopicName.room(mark.room()), mark, except);
  }

  /// Tells the other connections of the client up to which offset it has read.
  ///
  /// @param except the subscribers that are not told; `null` for none
  public Appended tellReader(Entry.ReadMark mark, @Nullable Exclusion except) {
    return signal(TopicName.inbox(mark.client()), mark, except);
  }

  private static TargetRule owner(ClientId client, boolean moderator) {
    return author -> moderator || author.equals(client) ? null : ErrorCode.FORBIDDEN;
  }

  private Appended append(
      RoomName room, Entry.Kept entry, @Nullable String id, TargetRule rule, Receipt receipt) {
    return journal.append(new Draft.Append(TopicName.room(room), entry, id, rule, receipt));
  }

  private Appended signal(TopicName topic, Entry.Signal entry, @Nullable Exclusion except) {
    return journal.append(new Draft.Signal(topic, entry, except));
  }
}
