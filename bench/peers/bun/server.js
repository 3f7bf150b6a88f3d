// A chat room on Bun: whatever anybody sends goes to everybody, by its own publish/subscribe, which is
// that of uWebSockets. PORT says where.
//
// Past Bun's default of 1 MiB that waits for one connection, it drops messages to that connection.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT),
  fetch(request, server) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/ws/") && server.upgrade(request)) {
      return;
    }
    return new Response("Not found", { status: 404 });
  },
  websocket: {
    open(socket) {
      socket.subscribe("lobby");
    },
    message(socket, message) {
      server.publish("lobby", message);
    },
  },
});
