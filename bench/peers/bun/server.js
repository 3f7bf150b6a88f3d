// A chat room on Bun: whatever anybody sends goes to everybody, by its own publish/subscribe, which is
// that of uWebSockets. PORT says where; with CERTIFICATE and KEY, two PEM files, it speaks TLS.
//
// Past Bun's default of 1 MiB that waits for one connection, it drops messages to that connection.
const { PORT, CERTIFICATE, KEY } = process.env;

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(PORT),
  tls: CERTIFICATE ? { cert: Bun.file(CERTIFICATE), key: Bun.file(KEY) } : undefined,
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
