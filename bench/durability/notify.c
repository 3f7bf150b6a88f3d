/* Many clients are connected; some of them, one after the other, are notified, and say that they
 * have it. Then one broadcast goes to all.
 *
 *   notify PORT CLIENTS RATE SECONDS
 *
 * RATE is personal notifications a second, each to the next client at random. Latency counts from
 * when one was due to when it is read from its client's socket. Prints one JSON object.
 */
#define _GNU_SOURCE
#include "websocket.h"
#include <sys/resource.h>

enum { BUFFER = 8192, MOST_DUE = 1 << 20 };

struct client {
  int fd, used, told;
  char in[BUFFER];
};

static struct client *all;
static double *due;
static float *latencies;
static long arrived, stored, refused, told;
static int poll;

static void say(int fd, const char *text) {
  char out[1024];
  int length = frame(out, text, strlen(text));
  if (send(fd, out, length, 0) != length) fail("can't write");
}

static void hear(struct client *c, char *text, int length) {
  double time = now();
  char *message = memmem(text, length, "\"message\":\"", 11);
  if (memmem(text, length, "\"type\":\"notification\"", 21) && message) {
    if (message[11] == '!') {
      told += !c->told;
      c->told = 1;
      return;
    }
    latencies[arrived++] = time - due[atol(message + 11)];
    char *pos = memmem(text, length, "\"pos\":\"", 7), ack[256];
    if (!pos) fail("a notification without a position");
    sprintf(ack, "{\"type\":\"ack\",\"pos\":\"%.*s\"}", (int)strcspn(pos + 7, "\""), pos + 7);
    say(c->fd, ack);
  } else if (memmem(text, length, "\"ref\":", 6)) {
    if (memmem(text, length, "\"type\":\"ok\"", 11)) stored++;
    else refused++;
  }
}

static void listen_for(int milliseconds) {
  struct epoll_event ready[256];
  int some = epoll_wait(poll, ready, 256, milliseconds);
  for (int i = 0; i < some; i++) {
    struct client *c = &all[ready[i].data.u32];
    int got = recv(c->fd, c->in + c->used, BUFFER - c->used, MSG_DONTWAIT);
    if (got == 0) fail("a connection was closed");
    if (got < 0) continue;
    c->used += got;
    int at = 0, length;
    for (char *text; (text = text_of(c->in + at, c->used - at, &length)); at = text - c->in + length) {
      hear(c, text, length);
    }
    c->used -= at;
    memmove(c->in, c->in + at, c->used);
  }
}

int main(int count, char **words) {
  if (count != 5) fail("usage: notify PORT CLIENTS RATE SECONDS");
  int port = atoi(words[1]), clients = atoi(words[2]);
  double rate = atof(words[3]), seconds = atof(words[4]);
  long wanted = (long)(rate * seconds), sent = 0;
  if (clients < 2 || wanted < 1 || wanted > MOST_DUE) fail("out of bounds");
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  all = calloc(clients, sizeof *all);
  due = calloc(wanted, sizeof *due);
  latencies = calloc(wanted, sizeof *latencies);
  poll = epoll_create1(0);
  if (!all || !due || !latencies) fail("not enough memory");
  for (int i = 0; i < clients; i++) {
    char name[32];
    sprintf(name, "client-%d", i);
    all[i].fd = open_connection(port, name, "{\"type\":\"hello\",\"device\":\"one\"}");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
  }
  srandom(1);
  double began = now(), last = began + seconds + 10;
  while ((arrived < wanted || stored < wanted) && now() < last) {
    while (sent < wanted && began + sent / rate <= now()) {
      char text[256];
      due[sent] = began + sent / rate;
      sprintf(text, "{\"type\":\"notification\",\"ref\":%ld,\"to\":\"client-%ld\",\"message\":\"%ld\"}",
              sent, 1 + random() % (clients - 1), sent);
      say(all[0].fd, text);
      sent++;
    }
    listen_for(1);
  }
  double broadcast = now();
  say(all[0].fd, "{\"type\":\"broadcast_notification\",\"ref\":0,\"message\":\"!\"}");
  while (told < clients && now() < broadcast + 10) listen_for(1);
  broadcast = now() - broadcast;
  if (!arrived) fail("nothing arrived");
  qsort(latencies, arrived, sizeof *latencies, ascending);
  printf("{\"clients\":%d,\"sent\":%ld,\"arrived\":%ld,\"refused\":%ld,\"p50_ms\":%.1f,\"p99_ms\":%.1f,"
         "\"told\":%ld,\"broadcast_s\":%.2f}\n", clients, sent, arrived, refused,
         1000 * latencies[arrived / 2], 1000 * latencies[(long)(0.99 * (arrived - 1))], told, broadcast);
  return 0;
}
