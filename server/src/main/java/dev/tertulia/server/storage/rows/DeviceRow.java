package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A row of `device`: the position up to which a device has acknowledged the inbox of its client.
///
/// @param heard when it last told something, in Unix milliseconds
/// @param personal an offset of the client's own log
/// @param broadcasts an offset of the broadcasts
public record DeviceRow(String client, String device, long heard, long personal, long broadcasts)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "client, device, heard, personal, broadcasts, checksum";

  public static final Table<DeviceRow> TABLE =
      Table.replacing(
          "device",
          'd',
          "the devices",
          COLUMNS,
          2,
          DeviceRow::read,
          Lines.ofClient(DeviceRow::write, DeviceRow::take),
          new Erasure.AtOnce(/* expires= */ true));

  /// The maximum number of devices of a client; one more takes the place of the longest silent.
  public static final int MOST_OF_A_CLIENT = 50;

  private static final String OF_CLIENT =
      "SELECT " + COLUMNS + " FROM device WHERE client = ? ORDER BY heard";

  /// The devices of a client, the longest silent first.
  public static List<DeviceRow> of(Querying querying, String client) throws SQLException {
    List<DeviceRow> devices = new ArrayList<>();
    try (ResultSet result = querying.query(OF_CLIENT, in -> in.text(client))) {
      while (result.next()) {
        devices.add(read(result, 1));
      }
    }
    return devices;
  }

  /// The one with that name; `null` if there is none.
  public static @Nullable DeviceRow find(List<DeviceRow> devices, String name) {
    for (DeviceRow device : devices) {
      if (device.device.equals(name)) {
        return device;
      }
    }
    return null;
  }

  @Override
  public Table<DeviceRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "a device last heard at " + heard;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.text(device);
    out.number(heard);
    out.number(personal);
    out.number(broadcasts);
  }

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("client", client)
        .writeStringProperty("device", device)
        .writeNumberProperty("heard", heard)
        .writeNumberProperty("personal", personal)
        .writeNumberProperty("broadcasts", broadcasts);
  }

  private static void take(ExportLine line, LogTables tables)
      throws SQLException, BadLineException {
    DeviceRow row =
        new DeviceRow(
            line.client(),
            line.text("device", TextRule.DEVICE),
            line.time("heard"),
            line.count("personal"),
            line.count("broadcasts"));
    BadLineException.unless(
        row.personal <= tables.head(TopicName.inbox(new ClientId(row.client)))
            && row.broadcasts <= tables.head(TopicName.BROADCASTS),
        "'personal' or 'broadcasts' is past the end of its topic");
    DeviceRow stored = find(of(tables, row.client), row.device);
    tables.put(
        stored == null
            ? row
            : new DeviceRow(
                row.client,
                row.device,
                Math.max(stored.heard, row.heard),
                Math.max(stored.personal, row.personal),
                Math.max(stored.broadcasts, row.broadcasts)));
    List<DeviceRow> devices = of(tables, row.client);
    for (DeviceRow silent : devices.subList(0, Math.max(0, devices.size() - MOST_OF_A_CLIENT))) {
      tables.removeDevice(silent.client, silent.device);
    }
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static DeviceRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new DeviceRow(in.text(), in.text(), in.number(), in.number(), in.number()));
  }
}
