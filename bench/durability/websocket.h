/* As much of a WebSocket client as the programs beside this file need. Linux; loopback. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* A text frame of a client, masked with zeros. */
static int frame(char *out, const char *text, int length) {
  int head = 2;
  out[0] = (char)0x81;
  if (length < 126) {
    out[1] = (char)(0x80 | length);
  } else {
    out[1] = (char)(0x80 | 126);
    out[2] = (char)(length >> 8);
    out[3] = (char)length;
    head = 4;
  }
  memset(out + head, 0, 4);
  memcpy(out + head + 4, text, length);
  return head + 4 + length;
}

/* Connects as `name`, and says `hello`; gives the socket, once the server has said `welcome`. */
static int open_connection(int port, const char *name, const char *hello) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) fail("can't connect");
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  char text[4096];
  int length = sprintf(text,
      "GET /ws/%s?v=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", name);
  if (write(fd, text, length) != length) fail("can't write");
  int got = 0;
  text[0] = 0;
  while (!strstr(text, "\r\n\r\n")) {
    if (got == sizeof text - 1 || read(fd, text + got, 1) != 1) fail("no handshake");
    text[++got] = 0;
  }
  length = frame(text, hello, strlen(hello));
  if (write(fd, text, length) != length) fail("can't write");
  for (got = 0; !memmem(text, got, "\"welcome\"", 9);) {
    int more = read(fd, text + got, sizeof text - got);
    if (more <= 0) fail("no welcome");
    got += more;
  }
  return fd;
}

/* Where the text of the frame at `at` begins; NULL if the frame is not whole yet. */
static char *text_of(char *at, int bytes, int *length) {
  if (bytes < 4) return NULL;
  unsigned char *head = (unsigned char *)at;
  int before = 2;
  *length = head[1] & 127;
  if (*length == 126) {
    *length = head[2] << 8 | head[3];
    before = 4;
  }
  return bytes < before + *length ? NULL : at + before;
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}
