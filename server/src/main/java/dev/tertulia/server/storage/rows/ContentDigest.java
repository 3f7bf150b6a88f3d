package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.sqlite.Columns;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A digest of the content of a request, of 16 bytes: equal for the same request, different for
/// another. It does not cover the name to show, so that a client whose name has changed may still
/// repeat a request.
public final class ContentDigest implements Columns<RuntimeException> {
  private static final int BYTES = 16;

  /// Copied for each: looking the algorithm up takes longer than the rest.
  private static final MessageDigest EMPTY = sha256();

  private final MessageDigest sha;
  private final ByteBuffer number = ByteBuffer.allocate(1 + Long.BYTES);

  private ContentDigest() {
    try {
      sha = (MessageDigest) EMPTY.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] of(Entry.Kept entry) {
    ContentDigest digest = new ContentDigest();
    digest.number(EntryBody.kind(entry));
    switch (entry) {
      case Entry.Chat chat -> {
        digest.text(chat.message());
        digest.number(chat.replyTo());
        digest.text(chat.data());
      }
      case Entry.Edit edit -> {
        digest.number(edit.target());
        digest.text(edit.message());
      }
      case Entry.Deletion deletion -> digest.number(deletion.target());
      case Entry.Reaction reaction -> {
        digest.number(reaction.target());
        digest.text(reaction.emoji());
        digest.flag(reaction.removed());
      }
      case Entry.Notification notification -> {
        digest.text(notification.scope().wireName());
        digest.text(notification.message());
        digest.text(notification.title());
        digest.text(notification.data());
        digest.text(notification.category());
        digest.text(notification.urgency().wireName());
      }
      case Entry.InboxRead read -> {
        read.ids().forEach(digest::text);
        digest.text(read.upTo());
      }
      case Entry.Revocation revocation -> digest.text(revocation.id());
      case Entry.Unreadable unreadable -> throw EntryBody.notStored(unreadable);
    }
    return Arrays.copyOf(digest.sha.digest(), BYTES);
  }

  @Override
  public void number(long value) {
    sha.update(number.clear().put((byte) 1).putLong(value).array());
  }

  @Override
  public void number(@Nullable Long value) {
    if (value == null) {
      sha.update((byte) 0);
    } else {
      number(value.longValue());
    }
  }

  @Override
  public void text(@Nullable String value) {
    if (value == null) {
      sha.update((byte) 0);
    } else {
      bytes(value.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void bytes(byte[] value) {
    number(value.length);
    sha.update(value);
  }
}
