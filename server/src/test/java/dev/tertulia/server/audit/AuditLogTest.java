package dev.tertulia.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.audit.AuditLog.Event;
import dev.tertulia.server.audit.AuditLog.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is recorded, and how much of it.
final class AuditLogTest {
  private static final InetAddress ONE = address(1);

  private final List<String> lines = new ArrayList<>();
  private long now;

  private AuditLog audit(Scope scope) {
    return new AuditLog(scope, () -> now, entry -> lines.add(entry.toString()));
  }

  private static InetAddress address(int number) {
    try {
      return InetAddress.getByAddress(
          new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static void refuse(AuditLog audit, InetAddress from) {
    audit.record(Event.REFUSED, from, line -> line.add("reason", "no token"));
  }

  @Test
  void aLineSaysWhatHappenedAndWhereItCameFrom() {
    AuditLog audit = audit(Scope.ON);
    refuse(audit, ONE);
    audit.record(Event.OPERATION, null, line -> line.add("key", "ci"));

    assertThat(lines)
        .containsExactly(
            "audit=refused address=10.0.0.1 reason=\"no token\"", "audit=operation key=ci");
  }

  @ParameterizedTest
  @EnumSource
  void clientsThatComeAndGoAreOnlyRecordedOnRequest(Event event) {
    audit(Scope.OFF).record(event, ONE, line -> {});
    assertThat(lines).isEmpty();
    audit(Scope.ON).record(event, ONE, line -> {});
    boolean byItself = event == Event.CONNECTED || event == Event.DISCONNECTED;
    assertThat(lines).hasSize(byItself ? 0 : 1);
    audit(Scope.ALL).record(event, ONE, line -> {});
    assertThat(lines).hasSize(byItself ? 1 : 2);
  }

  @Test
  void ofOneAddressABurstIsRecordedAndTheRestCounted() {
    AuditLog audit = audit(Scope.ON);
    for (int i = 0; i < 1_000; i++) {
      refuse(audit, ONE);
    }
    assertThat(lines).hasSize(AuditLog.BURST);
    refuse(audit, address(2));
    audit.record(Event.OPERATION, ONE, line -> {});
    assertThat(lines).hasSize(AuditLog.BURST + 2);

    now += AuditLog.PAUSE_NANOS;
    refuse(audit, ONE);
    assertThat(lines.getLast())
        .isEqualTo(
            "audit=refused address=10.0.0.1 reason=\"no token\" more=%s"
                .formatted(1_000 - AuditLog.BURST));
  }

  /// A program that changes a list of members a hundred times is not an attacker.
  @Test
  void operationsOfOneAddressAreRecordedOneByOne() {
    AuditLog audit = audit(Scope.ON);
    for (int i = 0; i < 10_000; i++) {
      audit.record(Event.OPERATION, ONE, line -> {});
    }

    assertThat(lines).hasSize(AuditLog.BURST_OF_OPERATORS);
  }

  @Test
  void whatWasNotRecordedIsToldThoughNothingMoreHappens() {
    AuditLog audit = audit(Scope.ON);
    for (int i = 0; i < AuditLog.BURST + 7; i++) {
      refuse(audit, ONE);
    }
    audit.tend();
    assertThat(lines).hasSize(AuditLog.BURST);

    now += AuditLog.PAUSE_NANOS;
    audit.tend();
    assertThat(lines.getLast()).isEqualTo("audit=refused address=10.0.0.1 more=7");
    audit.tend();
    assertThat(lines).hasSize(AuditLog.BURST + 1);
  }

  @Test
  void manyAddressesTogetherAreBoundedToo() {
    AuditLog audit = audit(Scope.ON);
    for (int i = 0; i < 100_000; i++) {
      refuse(audit, address(i));
    }
    assertThat(lines).hasSize(AuditLog.BURST_OF_ALL);

    // Nothing is lost: each line is recorded or counted.
    long told = lines.size();
    for (int i = 0; i < 200_000 && told < 100_000; i++) {
      now += AuditLog.PAUSE_NANOS;
      int before = lines.size();
      audit.tend();
      for (String line : lines.subList(before, lines.size())) {
        told += Long.parseLong(line.substring(line.indexOf("more=") + "more=".length()));
      }
    }
    assertThat(told).isEqualTo(100_000);
    assertThat(lines).hasSizeLessThan(AuditLog.BURST_OF_ALL + AuditLog.MAX_ADDRESSES + 2);
  }

  @Test
  void addressesOfOneNetworkAreOne() throws UnknownHostException {
    AuditLog audit = audit(Scope.ON);
    for (int i = 0; i < 100; i++) {
      refuse(audit, InetAddress.getByName("2001:db8::" + Integer.toHexString(i + 1)));
    }
    assertThat(lines).hasSize(AuditLog.BURST);
    refuse(audit, InetAddress.getByName("2001:db8:0:1::1"));
    assertThat(lines).hasSize(AuditLog.BURST + 1);
  }

  @Test
  void sourcesThatAreSilentAreForgotten() {
    AuditLog audit = audit(Scope.ON);
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < AuditLog.MAX_ADDRESSES; i++) {
        refuse(audit, address(i));
      }
      for (int i = 0; i < 30; i++) {
        now += AuditLog.BURST * AuditLog.PAUSE_NANOS;
        audit.tend();
      }
      lines.clear();
      refuse(audit, address(7));
      assertThat(lines).singleElement().asString().doesNotContain("more");
    }
  }
}
