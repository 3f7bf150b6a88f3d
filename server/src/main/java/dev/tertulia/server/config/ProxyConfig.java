package dev.tertulia.server.config;

import dev.tertulia.server.model.AddressRange;
import java.util.ArrayList;
import java.util.List;

/// The proxies in front of the server.
///
/// @param trusted those that are believed when they say for whom they act
/// @param protocolV2 whether their connections begin with a header of the PROXY protocol, version 2
public record ProxyConfig(List<AddressRange> trusted, boolean protocolV2) {
  private static final String V2 = "v2";

  public ProxyConfig {
    trusted = List.copyOf(trusted);
  }

  static ProxyConfig from(SettingReader settings) {
    List<AddressRange> trusted = new ArrayList<>();
    for (Value item : settings.get(Setting.PROXY_TRUSTED).items()) {
      AddressRange range = AddressRange.parse(item.text());
      if (range == null) {
        item.refuse("a list of addresses and ranges, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8");
      } else {
        trusted.add(range);
      }
    }
    Value protocol = settings.get(Setting.PROXY_PROTOCOL);
    if (protocol.isSet() && !protocol.text().equals(V2)) {
      protocol.refuse("v2, the only supported version of the PROXY protocol");
    } else if (protocol.isSet() && !settings.get(Setting.PROXY_TRUSTED).isSet()) {
      protocol.report("needs proxy.trusted: only those addresses are expected to use it");
    }
    return new ProxyConfig(trusted, protocol.isSet());
  }
}
