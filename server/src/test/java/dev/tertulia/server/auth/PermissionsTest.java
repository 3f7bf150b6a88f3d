package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Who may do what: rules by kind of principal, kind of room, and membership.
final class PermissionsTest {
  private static final ClientId ANA = new ClientId("ana");

  /// `hall` is public, `team…` for members, `pair…` direct; `ana` is a member of `team.in` and
  /// `pair.in`, and `mod` a moderator everywhere by configuration.
  private final Memberships memberships =
      new Memberships(
          (room, client) -> room.value().endsWith(".in") && client.equals(ANA),
          client -> Runnable::run);

  private final Permissions permissions =
      new Permissions(
          new RoomPolicy() {
            @Override
            public Kind kind(RoomName room) {
              return room.value().startsWith("team")
                  ? Kind.MEMBERS
                  : room.value().startsWith("pair") ? Kind.DIRECT : Kind.PUBLIC;
            }

            @Override
            public boolean isModerator(RoomName room, ClientId client) {
              return client.value().equals("mod");
            }
          },
          memberships,
          Language.EN);

  private static Principal token(String client, String... can) {
    Grants grants = can.length == 0 ? null : Grants.parse(List.of(can));
    return new Principal(
        new ClientId(client),
        Principal.Kind.TOKEN,
        new Principal.Claims(null, grants, Set.of(), null, null, null),
        null);
  }

  /// A token of `ana` with groups, and without `can`.
  private static Principal in(String... groups) {
    return new Principal(
        ANA,
        Principal.Kind.TOKEN,
        new Principal.Claims(null, null, Set.of(groups), null, null, null),
        null);
  }

  private void group(String name, String... can) {
    permissions.replace(new GroupGrants(Map.of(name, Grants.parse(List.of(can)))));
  }

  private static Principal key(String scopes, String... rooms) {
    return Principal.key(
        new KeyScopes(
            Arrays.stream(scopes.split(" "))
                .map(KeyScopes.Scope::parse)
                .collect(Collectors.toSet()),
            rooms.length == 0
                ? KeyScopes.ALL_ROOMS
                : Arrays.stream(rooms).map(NamePattern::new).toList()));
  }

  private boolean may(Principal principal, Action.InRoom action, String room) {
    return settled(permissions.check(principal, action, new RoomName(room)));
  }

  private static boolean settled(Decision decision) {
    if (decision instanceof Decision.Pending(var later)) {
      return settled(later.toCompletableFuture().join());
    }
    if (decision instanceof Decision.Refused(var refusal)) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
    }
    return decision.isAllowed();
  }

  @ParameterizedTest
  @CsvSource({
    "ana,hall,true",
    "ana,team.in,true",
    "ana,pair.in,true",
    "ana,team.out,false",
    "ana,pair.out,false",
    "bob,hall,true",
    "bob,team.in,false",
    "bob,pair.in,false",
  })
  void withoutCanATokenOpensPublicRoomsAndItsOwn(String client, String room, boolean opens) {
    for (Principal principal : List.of(token(client), Principal.open(new ClientId(client)))) {
      for (Action.InRoom action :
          List.of(
              Action.InRoom.JOIN, Action.InRoom.MARK, Action.InRoom.SEND, Action.InRoom.AMEND)) {
        assertThat(may(principal, action, room)).as(principal + " " + action).isEqualTo(opens);
      }
      assertThat(may(principal, Action.InRoom.MODERATE, room)).isFalse();
    }
    assertThat(may(token(client), Action.InRoom.READ, room)).isEqualTo(opens);
    assertThat(may(token(client), Action.InRoom.LIST_MEMBERS, room)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "room:hall:join,hall,JOIN",
    "room:hall:join,hall,READ",
    "room:hall:join,hall,MARK",
    "room:hall:send,hall,SEND",
    "room:hall:send,hall,AMEND",
    "room:hall:moderate,hall,MODERATE",
    "room:hall:moderate,hall,AMEND",
    "room:*:join,team.in,JOIN",
    "room:team.out:join,team.out,JOIN",
    "room:team.out:send,team.out,SEND",
    "room:pair.in:join,pair.in,JOIN",
    "room:*:moderate,team.in,MODERATE",
  })
  void canOpensWhatItLists(String can, String room, Action.InRoom action) {
    assertThat(may(token("ana", can), action, room)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "room:hall:join,hall,SEND",
    "room:hall:join,hall,AMEND",
    "room:hall:join,hall,MODERATE",
    "room:hall:send,hall,JOIN",
    "room:hall:send,hall,READ",
    "room:hall:moderate,hall,SEND",
    "room:hall:join,lobby,JOIN",
    "room:hall:join,team.in,JOIN",
    "notify:*,hall,JOIN",
    "broadcast,hall,SEND",
    "nothing,hall,JOIN",
    "nothing,team.in,JOIN",
    "room:h_ll:join,hall,JOIN",
    "room:*:join,team.out,JOIN",
    "room:team.*:join,team.out,JOIN",
    "room:*:moderate,team.out,MODERATE",
    "room:pair.out:join,pair.out,JOIN",
    "room:pair.out:send,pair.out,SEND",
    "room:*:join,hall,LIST_MEMBERS",
  })
  void canOpensNothingElse(String can, String room, Action.InRoom action) {
    assertThat(may(token("ana", can), action, room)).isFalse();
  }

  @Test
  void aModeratorByConfigurationModeratesWhateverItsToken() {
    for (Principal mod : List.of(token("mod"), token("mod", "broadcast"), open("mod"))) {
      assertThat(may(mod, Action.InRoom.MODERATE, "hall")).isTrue();
      assertThat(may(mod, Action.InRoom.AMEND, "team.out")).isTrue();
      assertThat(may(mod, Action.InRoom.JOIN, "team.out")).isFalse();
    }
  }

  @Test
  void aGroupGivesWhatIsConfiguredOnTopOfWhatTheTokenGives() {
    group("staff", "room:team.out:join", "room:team.*:send", "room:hall:moderate", "notify:b*");
    Principal staff = in("guests", "staff");
    assertThat(may(staff, Action.InRoom.JOIN, "team.out")).as("by name").isTrue();
    assertThat(may(staff, Action.InRoom.READ, "team.out")).isTrue();
    assertThat(may(staff, Action.InRoom.SEND, "team.out")).as("by a pattern").isFalse();
    assertThat(may(staff, Action.InRoom.SEND, "team.in")).isTrue();
    assertThat(may(staff, Action.InRoom.MODERATE, "hall")).isTrue();
    assertThat(may(staff, Action.InRoom.AMEND, "hall")).isTrue();
    assertThat(may(staff, Action.InRoom.MODERATE, "lobby")).isFalse();
    assertThat(may(staff, Action.InRoom.LIST_MEMBERS, "hall")).isFalse();
    assertThat(may(staff, Action.InRoom.SEND, "lobby")).as("the defaults stay").isTrue();
    assertThat(notifies(staff, "bob")).isTrue();
    assertThat(notifies(staff, "ana")).as("the defaults stay").isTrue();
    assertThat(notifies(staff, "eve")).isFalse();
    assertThat(may(staff, Action.General.BROADCAST)).isFalse();
    group("staff", "broadcast");
    assertThat(may(staff, Action.General.BROADCAST)).isTrue();
    assertThat(may(staff, Action.InRoom.JOIN, "team.out")).as("no longer").isFalse();
    assertThat(may(staff, Action.General.ADMINISTER)).isFalse();
  }

  @Test
  void aGroupAddsToAnEmptyCan() {
    group("staff", "room:hall:join");
    Principal staff =
        new Principal(
            ANA,
            Principal.Kind.TOKEN,
            new Principal.Claims(null, Grants.NONE, Set.of("staff"), null, null, null),
            null);
    assertThat(may(staff, Action.InRoom.JOIN, "hall")).isTrue();
    assertThat(may(staff, Action.InRoom.SEND, "hall")).isFalse();
    assertThat(may(staff, Action.InRoom.JOIN, "lobby")).isFalse();
    assertThat(notifies(staff, "ana")).isFalse();
  }

  /// Names of groups are no patterns, on neither side.
  @ParameterizedTest
  @CsvSource({
    "staff,Staff",
    "staff,staf",
    "staff,staffs",
    "staff,*",
    "s*,staff",
    "*,staff",
    "st_ff,staff",
    "/staff,staff",
    "staff,'staff '",
  })
  void aGroupIsComparedLetterByLetter(String configured, String claimed) {
    group(configured, "room:team.out:join", "notify:*", "broadcast");
    assertThat(may(in(claimed), Action.InRoom.JOIN, "team.out")).isFalse();
    assertThat(notifies(in(claimed), "bob")).isFalse();
    assertThat(may(in(claimed), Action.General.BROADCAST)).isFalse();
    assertThat(may(in(configured), Action.InRoom.JOIN, "team.out")).isTrue();
  }

  /// A direct room is open to its two members alone.
  @Test
  void aGroupDoesNotOpenADirectRoom() {
    group("staff", "room:pair.out:join", "room:pair.in:send");
    assertThat(may(in("staff"), Action.InRoom.JOIN, "pair.out")).isFalse();
    assertThat(may(in("staff"), Action.InRoom.SEND, "pair.in")).isTrue();
  }

  @Test
  void whatAGroupGivesIsNotLasting() {
    group("staff", "room:team.out:send");
    RoomName team = new RoomName("team.out");
    assertThat(may(in("staff"), Action.InRoom.SEND, "team.out")).isTrue();
    assertThat(permissions.isAllowed(in("staff"), Action.InRoom.SEND, team)).isTrue();
    assertThat(permissions.isLasting(in("staff"), Action.InRoom.SEND, team)).isFalse();
    assertThat(permissions.isLasting(in("staff"), Action.InRoom.SEND, new RoomName("hall")))
        .isTrue();
  }

  private static Principal open(String client) {
    return Principal.open(new ClientId(client));
  }

  @Test
  void aTokenNotifiesItselfOrWhatCanLists() {
    assertThat(notifies(token("ana"), "ana")).isTrue();
    assertThat(notifies(token("ana"), "bob")).isFalse();
    assertThat(notifies(token("ana", "notify:b*"), "bob")).isTrue();
    assertThat(notifies(token("ana", "notify:b*"), "ana")).isFalse();
    assertThat(notifies(token("ana", "room:*:send"), "ana")).isFalse();
    assertThat(may(token("ana"), Action.General.BROADCAST)).isFalse();
    assertThat(may(token("ana", "notify:*"), Action.General.BROADCAST)).isFalse();
    assertThat(may(token("ana", "broadcast"), Action.General.BROADCAST)).isTrue();
  }

  private boolean notifies(Principal principal, String to) {
    return settled(permissions.check(principal, Action.OnClient.NOTIFY, new ClientId(to)));
  }

  private boolean may(Principal principal, Action.General action) {
    return settled(permissions.check(principal, action));
  }

  @Test
  void aTokenHasItsOwnInboxAndNoOther() {
    for (Action.OnClient action : List.of(Action.OnClient.READ_INBOX, Action.OnClient.MARK_INBOX)) {
      for (Principal principal : List.of(token("ana"), token("ana", "nothing"))) {
        assertThat(permissions.check(principal, action, ANA).isAllowed()).isTrue();
        assertThat(permissions.check(principal, action, new ClientId("an")).isAllowed()).isFalse();
      }
    }
  }

  @Test
  void aTokenIsNoOperator() {
    for (Principal principal :
        List.of(token("ana"), token("ana", "room:*:moderate", "notify:*", "broadcast"))) {
      assertThat(may(principal, Action.General.ADMINISTER)).isFalse();
      assertThat(may(principal, Action.General.READ_ALL)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SEND,send",
    "MARK,send",
    "AMEND,send admin",
    "MODERATE,admin",
    "JOIN,read",
    "READ,read",
    "LIST_MEMBERS,read",
  })
  void aKeyNeedsAScopeInRooms(Action.InRoom action, String scopes) {
    for (KeyScopes.Scope scope : KeyScopes.Scope.values()) {
      assertThat(may(key(scope.wireName()), action, "hall"))
          .as("%s with %s", action, scope)
          .isEqualTo(List.of(scopes.split(" ")).contains(scope.wireName()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NOTHING,send notify broadcast read metrics admin",
    "BROADCAST,broadcast",
    "REVOKE,notify",
    "READ_ALL,read",
    "METER,metrics",
    "ADMINISTER,admin",
  })
  void aKeyNeedsAScope(Action.General action, String scopes) {
    for (KeyScopes.Scope scope : KeyScopes.Scope.values()) {
      assertThat(may(key(scope.wireName()), action))
          .as("%s with %s", action, scope)
          .isEqualTo(List.of(scopes.split(" ")).contains(scope.wireName()));
    }
  }

  @ParameterizedTest
  @CsvSource({"NOTIFY,notify", "MARK_INBOX,notify", "READ_INBOX,read"})
  void aKeyNeedsAScopeForAClient(Action.OnClient action, String needed) {
    for (KeyScopes.Scope scope : KeyScopes.Scope.values()) {
      assertThat(permissions.check(key(scope.wireName()), action, ANA).isAllowed())
          .isEqualTo(scope.wireName().equals(needed));
    }
  }

  @Test
  void aKeyForSomeRoomsDoesNotReadWhatIsAboutAll() {
    Principal key = key("send read", "a_*", "hall");
    assertThat(may(key, Action.InRoom.READ, "a_b")).isTrue();
    assertThat(may(key, Action.InRoom.SEND, "hall")).isTrue();
    assertThat(may(key, Action.InRoom.READ, "ab1")).isFalse();
    assertThat(may(key, Action.InRoom.SEND, "lobby")).isFalse();
    assertThat(may(key, Action.General.READ_ALL)).isFalse();
    assertThat(permissions.check(key, Action.OnClient.READ_INBOX, ANA).isAllowed()).isFalse();
  }

  @Test
  void theRulesOfARoomApplyToTheClientAsWhichAKeyActs() {
    Principal key = key("send read");
    assertThat(may(key.as(ANA), Action.InRoom.SEND, "team.in")).isTrue();
    assertThat(may(key.as(ANA), Action.InRoom.SEND, "team.out")).isFalse();
    assertThat(may(key.as(ANA), Action.InRoom.JOIN, "team.out")).isFalse();
    assertThat(may(key.as(ANA), Action.InRoom.READ, "team.out")).isTrue();
    assertThat(may(key.as(new ClientId("mod")), Action.InRoom.MODERATE, "hall")).isTrue();
    assertThatThrownBy(() -> token("ana").as(new ClientId("bob")))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void anOperatorMayDoEverything(Action.InRoom action) {
    assertThat(may(Principal.operator().as(ANA), action, "pair.out")).isTrue();
  }

  @Test
  void onlyWhatNoListDecidesIsLasting() {
    assertThat(permissions.isLasting(token("ana"), Action.InRoom.SEND, new RoomName("hall")))
        .isTrue();
    assertThat(may(token("ana"), Action.InRoom.SEND, "team.in")).isTrue();
    assertThat(permissions.isLasting(token("ana"), Action.InRoom.SEND, new RoomName("team.in")))
        .isFalse();
  }

  @Test
  void aListThatCannotBeReadIsAFailureAndNoPermission() {
    Permissions busy =
        new Permissions(
            roomsForMembers(),
            new Memberships(
                (room, client) -> true,
                client ->
                    task -> {
                      throw new RejectedExecutionException("full");
                    }),
            Language.EN);
    assertThatThrownBy(
            () -> settled(busy.check(token("ana"), Action.InRoom.SEND, new RoomName("team"))))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  private static RoomPolicy roomsForMembers() {
    return new RoomPolicy() {
      @Override
      public Kind kind(RoomName room) {
        return Kind.MEMBERS;
      }

      @Override
      public boolean isModerator(RoomName room, ClientId client) {
        return false;
      }
    };
  }

  /// What is known is decided without allocating: counted over many checks, of which none may
  /// allocate.
  @Test
  void whatIsKnownIsDecidedWithoutAllocating() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    RoomName hall = new RoomName("hall");
    RoomName team = new RoomName("team.in");
    Principal plain = token("ana");
    Principal listed = token("ana", "room:x*y:send", "room:*:send");
    Principal staff = in("guests", "staff");
    group("staff", "room:team.out:send");
    RoomName out = new RoomName("team.out");
    assertThat(may(plain, Action.InRoom.SEND, "team.in")).isTrue();
    int checks = 20_000;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      int allowed = 0;
      for (int i = 0; i < checks; i++) {
        allowed += permissions.check(plain, Action.InRoom.SEND, hall).isAllowed() ? 1 : 0;
        allowed += permissions.check(plain, Action.InRoom.SEND, team).isAllowed() ? 1 : 0;
        allowed += permissions.check(listed, Action.InRoom.SEND, team).isAllowed() ? 1 : 0;
        allowed += permissions.check(staff, Action.InRoom.SEND, out).isAllowed() ? 1 : 0;
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      assertThat(allowed).isEqualTo(4 * checks);
    }
    assertThat(least).as("bytes for %s checks", 4 * checks).isLessThan(checks);
  }
}
