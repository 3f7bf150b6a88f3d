// A chat room on Socket.IO: whatever anybody sends goes to everybody. PORT says where.
//
// Only the WebSocket transport, and no client files: nothing else is asked for here.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  socket.on("message", (message) => io.emit("message", message));
});

http.listen(Number(process.env.PORT), "127.0.0.1");
