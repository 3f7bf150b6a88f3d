package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.storage.journal.InboxAppender;
import dev.tertulia.server.storage.read.InboxView;
import dev.tertulia.server.storage.read.OffsetRanges;
import dev.tertulia.server.storage.read.SqlInboxes;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.InboxReadRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.ShownRow;
import java.sql.SQLException;
import java.util.List;

/// Merges the clients and devices of an import into the folder: a notification counts as read,
/// acknowledged or shown if it is on either side.
final class ImportedClients {
  private final LogTables tables;

  ImportedClients(LogTables tables) {
    this.tables = tables;
  }

  /// Adds a line. Those of the topics have come before.
  void add(String type, ExportLine line) throws SQLException, BadLineException {
    String client = ExportFormat.client(line);
    InboxView view = SqlInboxes.view(tables, new ClientId(client));
    switch (type) {
      case "client" -> add(view, ExportFormat.client(line, client));
      case "inbox_read" -> read(view, line);
      case "device" -> add(view, ExportFormat.device(line, client));
      case "shown" -> shown(view, line);
      default -> throw new IllegalArgumentException(type);
    }
  }

  private void add(InboxView view, ClientRow row) throws SQLException, BadLineException {
    if (row.since() > view.all().head() || row.floorBroadcasts() > view.all().head()) {
      throw new BadLineException("'since' or 'floor_broadcasts' is past the end of the broadcasts");
    }
    ClientRow stored = view.row();
    tables.put(
        stored == null
            ? row
            : new ClientRow(
                row.client(),
                Math.min(stored.first(), row.first()),
                Math.max(stored.seen(), row.seen()),
                stored.connected() || row.connected(),
                Math.min(stored.since(), row.since()),
                Math.max(stored.floorBroadcasts(), row.floorBroadcasts())));
  }

  private void read(InboxView view, ExportLine line) throws SQLException, BadLineException {
    Range range = range(view, line);
    OffsetRanges before = view.read(range.broadcast);
    OffsetRanges after = before.with(range.first, range.last, view.between(range.broadcast));
    String client = view.client().value();
    for (OffsetRanges.Span span : before.all()) {
      tables.remove(new InboxReadRow(client, range.broadcast, span.first(), span.last()));
    }
    for (OffsetRanges.Span span : after.all()) {
      tables.put(new InboxReadRow(client, range.broadcast, span.first(), span.last()));
    }
  }

  private void shown(InboxView view, ExportLine line) throws SQLException, BadLineException {
    Range range = range(view, line);
    String client = view.client().value();
    String device = line.text("device", TextRule.DEVICE);
    if (view.devices().stream().noneMatch(known -> known.device().equals(device))) {
      // It has made room for others.
      return;
    }
    OffsetRanges before = view.shown(device, range.broadcast);
    OffsetRanges after = before.with(range.first, range.last, view.between(range.broadcast));
    for (OffsetRanges.Span span : before.all()) {
      tables.remove(new ShownRow(client, device, range.broadcast, span.first(), span.last()));
    }
    for (OffsetRanges.Span span : after.all()) {
      tables.put(new ShownRow(client, device, range.broadcast, span.first(), span.last()));
    }
  }

  private record Range(boolean broadcast, long first, long last) {}

  private static Range range(InboxView view, ExportLine line) throws BadLineException {
    Range range = new Range(line.truth("broadcast"), line.count("first"), line.count("last"));
    if (range.first > range.last || range.last > view.ends(range.broadcast).head()) {
      throw new BadLineException("'last' is before 'first', or past the end of its topic");
    }
    return range;
  }

  private void add(InboxView view, DeviceRow row) throws SQLException, BadLineException {
    if (row.personal() > view.own().head() || row.broadcasts() > view.all().head()) {
      throw new BadLineException("'personal' or 'broadcasts' is past the end of its topic");
    }
    DeviceRow merged = row;
    for (DeviceRow stored : view.devices()) {
      if (stored.device().equals(row.device())) {
        merged =
            new DeviceRow(
                row.client(),
                row.device(),
                Math.max(stored.heard(), row.heard()),
                Math.max(stored.personal(), row.personal()),
                Math.max(stored.broadcasts(), row.broadcasts()));
      }
    }
    tables.put(merged);
    List<DeviceRow> devices = view.devices();
    for (DeviceRow silent :
        devices.subList(0, Math.max(0, devices.size() - InboxAppender.MOST_DEVICES))) {
      tables.removeDevice(silent.client(), silent.device());
    }
  }
}
