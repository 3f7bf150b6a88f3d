package dev.tertulia.server.rights;

import dev.tertulia.server.auth.Action;
import java.util.List;

/// A valid request of each type of the full protocol, about the room `team.x` and the client `ana`.
/// JSON is written with single quotes.
///
/// @param fields the request without its braces
/// @param need what it must declare
record Requests(String fields, Action need) {
  static final List<Requests> ALL =
      List.of(
          of("'type':'hello'", Action.General.NOTHING),
          of("'type':'ping'", Action.General.NOTHING),
          of("'type':'leave','room':'team.x'", Action.General.NOTHING),
          of("'type':'join','room':'team.x'", Action.InRoom.JOIN),
          of("'type':'history','room':'team.x'", Action.InRoom.JOIN),
          of("'type':'presence','room':'team.x'", Action.InRoom.JOIN),
          of("'type':'read','room':'team.x','offset':1", Action.InRoom.MARK),
          of("'type':'chat','room':'team.x','message':'m'", Action.InRoom.SEND),
          of("'type':'react','room':'team.x','target':1,'emoji':'x'", Action.InRoom.SEND),
          of("'type':'typing','room':'team.x'", Action.InRoom.SEND),
          of("'type':'edit','room':'team.x','target':1,'message':'m'", Action.InRoom.AMEND),
          of("'type':'delete','room':'team.x','target':1", Action.InRoom.AMEND),
          of("'type':'notification','to':'ana','message':'m'", Action.OnClient.NOTIFY),
          of("'type':'notification','message':'m'", Action.OnClient.NOTIFY),
          of("'type':'broadcast_notification','message':'m'", Action.General.BROADCAST),
          of("'type':'rooms'", Action.OnClient.READ_INBOX),
          of("'type':'inbox'", Action.OnClient.READ_INBOX),
          of("'type':'ack','pos':'0:0+0:0'", Action.OnClient.MARK_INBOX),
          of("'type':'shown','id':'1:1@ana'", Action.OnClient.MARK_INBOX),
          of("'type':'inbox_read','ids':['1:1@ana']", Action.OnClient.MARK_INBOX),
          of("'type':'revoke','id':'1:1@ana'", Action.General.REVOKE));

  private static Requests of(String fields, Action need) {
    return new Requests(fields, need);
  }
}
