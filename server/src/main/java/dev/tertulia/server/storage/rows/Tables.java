package dev.tertulia.server.storage.rows;

import java.util.List;

/// All tables of the log.
public final class Tables {
  /// Topics first, then what belongs to topics, then what belongs to clients.
  public static final List<Table<?>> ALL =
      List.of(
          TopicRow.TABLE,
          EntryRow.TABLE,
          RequestRow.TABLE,
          ReactionRow.TABLE,
          ParticipantRow.TABLE,
          ClientRow.TABLE,
          InboxReadRow.TABLE,
          DeviceRow.TABLE,
          ShownRow.TABLE,
          BatchRow.TABLE);

  private Tables() {}
}
