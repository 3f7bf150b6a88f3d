package dev.tertulia.peers.spring;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;

/// The application: one handler at `/ws/{client}`. `PORT` sets its port.
@SpringBootApplication
@EnableWebSocket
public class ChatRoom implements WebSocketConfigurer {

  /// Tomcat's own bound of 8,192 connections is raised, since 10,000 are to come.
  public static void main(String[] arguments) {
    SpringApplication application = new SpringApplication(ChatRoom.class);
    application.setDefaultProperties(
        Map.of(
            "server.address", "127.0.0.1",
            "server.port", System.getenv("PORT"),
            "server.tomcat.max-connections", "20000"));
    application.run(arguments);
  }

  @Override
  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
    registry.addHandler(new Lobby(), "/ws/*");
  }
}
