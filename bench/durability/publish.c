/* Publishes to rooms over the full protocol at a given rate, and says how long each `ok` took.
 *
 *   publish PORT CONNECTIONS RATE WINDOW WARM_UP SECONDS ID
 *
 * RATE is messages a second of all connections together, 0 for as many as WINDOW allows: so many
 * of a connection are on their way at most. With ID 1 each message has an id of its own, with 0
 * none. Latency counts from when a message was due. What is due within a millisecond goes out
 * together, so that a core is plenty: who measures in the same way from ten clients on ten machines
 * has a core for each. Prints one JSON object. Linux; loopback; nobody else in the rooms.
 */
#define _GNU_SOURCE
#include "websocket.h"

enum { RING = 65536, BUFFER = 1 << 18, MOST = 1000 };

struct connection {
  int fd;
  long sent, answered;
  int in_used, out_used;
  double due[RING];
  char in[BUFFER], out[BUFFER];
};

static float *latencies;
static long measured, capacity, refused;

static void publish(struct connection *c, int number, double due, int with_id) {
  char text[256], id[64] = "";
  if (with_id) sprintf(id, ",\"id\":\"%lx-%d-%ld\"", (long)getpid(), number, c->sent);
  int length = sprintf(text,
      "{\"type\":\"chat\",\"ref\":%ld,\"room\":\"bench\",\"message\":\"how are you all today\"%s}",
      c->sent, id);
  c->out_used += frame(c->out + c->out_used, text, length);
  c->due[c->sent++ % RING] = due;
}

static void flush(struct connection *c) {
  int wrote = send(c->fd, c->out, c->out_used, MSG_DONTWAIT);
  if (wrote > 0) {
    c->out_used -= wrote;
    memmove(c->out, c->out + wrote, c->out_used);
  }
}

/* Takes the replies that have come. */
static void take(struct connection *c, double from, double to) {
  int got = recv(c->fd, c->in + c->in_used, BUFFER - c->in_used, MSG_DONTWAIT);
  if (got == 0) fail("a connection was closed");
  if (got < 0) return;
  c->in_used += got;
  double time = now();
  int at = 0;
  char *text;
  for (int length; (text = text_of(c->in + at, c->in_used - at, &length));) {
    char *ref = memmem(text, length, "\"ref\":", 6);
    if (ref) {
      double due = c->due[atol(ref + 6) % RING];
      c->answered++;
      if (!memmem(text, length, "\"type\":\"ok\"", 11)) refused++;
      else if (due >= from && due < to && measured < capacity) latencies[measured++] = time - due;
    }
    at = text - c->in + length;
  }
  c->in_used -= at;
  memmove(c->in, c->in + at, c->in_used);
}

static double ms(double share) { return 1000 * latencies[(long)(share * (measured - 1))]; }

int main(int count, char **words) {
  if (count != 8) fail("usage: publish PORT CONNECTIONS RATE WINDOW WARM_UP SECONDS ID");
  int port = atoi(words[1]), connections = atoi(words[2]), window = atoi(words[4]);
  double rate = atof(words[3]), warm_up = atof(words[5]), seconds = atof(words[6]);
  if (connections < 1 || connections > MOST || window < 1 || window > 1000) fail("out of bounds");
  int with_id = atoi(words[7]), poll = epoll_create1(0);
  struct connection *all = calloc(connections, sizeof *all);
  capacity = (long)(seconds * 200000);
  latencies = malloc(capacity * sizeof *latencies);
  if (!all || !latencies) fail("not enough memory");
  for (int i = 0; i < connections; i++) {
    char name[32];
    sprintf(name, "publisher-%d", i);
    all[i].fd = open_connection(port, name, "{\"type\":\"hello\"}");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
  }
  double began = now(), from = began + warm_up, to = from + seconds;
  long total = 0, answered = 0;
  while (now() < to || (answered < total && now() < to + 10)) {
    double time = now();
    for (int blocked = 0; time < to && blocked < connections;) {
      double due = rate > 0 ? began + total / rate : time;
      struct connection *c = &all[total % connections];
      if (due > time) break;
      if (c->sent - c->answered < window && c->out_used < BUFFER / 2) {
        publish(c, total++ % connections, due, with_id);
        blocked = 0;
      } else if (rate > 0) {
        break; /* It is late from here on, and that counts. */
      } else {
        blocked = connections;
      }
    }
    for (int i = 0; i < connections; i++) if (all[i].out_used) flush(&all[i]);
    struct epoll_event ready[64];
    int some = epoll_wait(poll, ready, 64, 1);
    for (int i = 0; i < some; i++) take(&all[ready[i].data.u32], from, to);
    answered = 0;
    for (int i = 0; i < connections; i++) answered += all[i].answered;
  }
  if (!measured) fail("nothing was answered");
  qsort(latencies, measured, sizeof *latencies, ascending);
  printf("{\"per_second\":%.0f,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,\"refused\":%ld,"
         "\"unanswered\":%ld}\n", measured / seconds, ms(0.5), ms(0.99), ms(1), refused, total - answered);
  return 0;
}
