package dev.tertulia.peers.spring;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.SessionLimitExceededException;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/// Sends every message to all clients.
///
/// Messages arrive on Tomcat's threads, several at once, so each session is decorated: one thread
/// sends and the others leave their output in its buffer. Beyond the limits the decorator closes
/// the session.
final class Lobby extends TextWebSocketHandler {
  private static final int LONGEST_SEND_MS = 10_000;
  private static final int MOST_WAITING = 1024 * 1024;

  private final Map<String, WebSocketSession> sessions = new ConcurrentHashMap<>();

  @Override
  public void afterConnectionEstablished(WebSocketSession session) {
    sessions.put(
        session.getId(),
        new ConcurrentWebSocketSessionDecorator(session, LONGEST_SEND_MS, MOST_WAITING));
  }

  @Override
  public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
    sessions.remove(session.getId());
  }

  @Override
  protected void handleTextMessage(WebSocketSession sender, TextMessage message) {
    for (WebSocketSession session : sessions.values()) {
      try {
        session.sendMessage(message);
      } catch (IOException | SessionLimitExceededException | IllegalStateException gone) {
        sessions.remove(session.getId());
      }
    }
  }
}
