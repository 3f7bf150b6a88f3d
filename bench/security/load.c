// Measures the fan-out of a WebSocket server, with TLS if --tls is given. One thread, epoll, OpenSSL.
//
//   gcc -O2 -o load load.c -lssl -lcrypto
//   taskset -c 1 ./load --port 8000 --path '/ws/c#' --conns 1000 --rate 50 --secs 5 --pid SERVER_PID
//
// It opens --conns sockets; --senders of them publish on an open-loop schedule (--rate messages a
// second in all; 0 for none) for --warm + --secs seconds; every delivery on every socket is counted.
// Start the server under `taskset -c 0`, so that each has a core of its own. Prints one JSON line:
//   delivered/expected/lost   messages sent in the measured seconds, times connections
//   cpu_us_per_delivery       CPU time of the --pid processes (their threads' schedstat) per delivery
//   p50_ms .. max_ms          from the moment a message was *due*, not from when it was sent
//   rss_kb_per_conn           what the connections added to the servers' resident memory
//
// Options that take templates: '#' is the connection's number, '@' the timestamp that is searched for
// in what comes back (it may come back inside any JSON, several to a frame).
//   --send T      what a sender sends          --prelude T   sent after the handshake; may be repeated
//   --wait TEXT   a connection is ready only when this has come back
//   --pad N       N more bytes in each message --proto P, --origin O   handshake headers
//   --tokens FILE a line of it for each connection, as ?token=
//   --window W    closed loop instead of --rate: W messages a sender in flight
// Compare two servers only within one quiet minute, in turn, at least five times: A B A B ...
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}
static void die(const char *f, ...) {
  va_list a;
  va_start(a, f);
  fprintf(stderr, "load: ");
  vfprintf(stderr, f, a);
  fprintf(stderr, "\n");
  exit(2);
}

// ---- latency histogram: 1 us floor, 32 sub-buckets an octave --------------------------------------
#define SUB 32
#define OCT 40
static uint64_t hist[SUB * OCT];
static uint64_t hist_n, hist_max;
static void rec(uint64_t ns) {
  uint64_t us = ns / 1000;
  if (ns > hist_max)
    hist_max = ns;
  int o = 0;
  uint64_t v = us;
  while (v >= SUB * 2) {
    v >>= 1;
    o++;
  }
  int idx = o * SUB + (int)v;
  if (idx >= SUB * OCT)
    idx = SUB * OCT - 1;
  hist[idx]++;
  hist_n++;
}
static double pct(double p) {
  uint64_t want = (uint64_t)(hist_n * p / 100.0), c = 0;
  for (int i = 0; i < SUB * OCT; i++) {
    c += hist[i];
    if (c > want) {
      int o = 0;
      uint64_t v = i;
      if (i >= SUB * 2) {
        o = i / SUB - 1;
        v = i - o * SUB;
      }
      return (double)(v << o) / 1000.0;
    }
  }
  return hist_max / 1e6;
}

// ---- server process CPU and memory ---------------------------------------------------------------
static int pids[64], npids;
static double cpu_s(void) {
  double t = 0;
  for (int i = 0; i < npids; i++) {
    char p[64];
    snprintf(p, 64, "/proc/%d/stat", pids[i]);
    FILE *f = fopen(p, "r");
    if (!f)
      continue;
    char b[2048];
    size_t n = fread(b, 1, 2047, f);
    b[n] = 0;
    fclose(f);
    char *q = strrchr(b, ')');
    unsigned long long u, s;
    if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &u, &s) == 2)
      t += (double)(u + s) / sysconf(_SC_CLK_TCK);
  }
  return t;
}
static uint64_t sched_ns(void) {
  uint64_t t = 0;
  for (int i = 0; i < npids; i++) {
    char p[64];
    snprintf(p, 64, "/proc/%d/task", pids[i]);
    DIR *d = opendir(p);
    if (!d)
      continue;
    struct dirent *e;
    while ((e = readdir(d))) {
      if (e->d_name[0] == '.')
        continue;
      char q[128];
      snprintf(q, 128, "/proc/%d/task/%s/schedstat", pids[i], e->d_name);
      FILE *f = fopen(q, "r");
      if (!f)
        continue;
      unsigned long long a;
      if (fscanf(f, "%llu", &a) == 1)
        t += a;
      fclose(f);
    }
    closedir(d);
  }
  return t;
}
static long rss_kb(void) {
  long t = 0;
  for (int i = 0; i < npids; i++) {
    char p[64];
    snprintf(p, 64, "/proc/%d/status", pids[i]);
    FILE *f = fopen(p, "r");
    if (!f)
      continue;
    char l[256];
    while (fgets(l, 256, f)) {
      long v;
      if (sscanf(l, "VmRSS: %ld", &v) == 1)
        t += v;
    }
    fclose(f);
  }
  return t;
}
static long sock_kb(void) {
  FILE *f = fopen("/proc/net/sockstat", "r");
  char l[256];
  long pages = 0;
  if (!f)
    return 0;
  while (fgets(l, 256, f)) {
    char *m = strstr(l, "mem ");
    if (!strncmp(l, "TCP:", 4) && m)
      pages = atol(m + 4);
  }
  fclose(f);
  return pages * 4;
}

// ---- connections -----------------------------------------------------------------------------------
typedef struct {
  int fd, id;
  SSL *ssl;
  bool open, closed;
  uint8_t *buf;
  uint32_t len, cap;
  uint64_t got;
  uint64_t due;
  int outstanding;
  int preludes;
} conn;
static conn *cs;
static SSL_CTX *tls; // for all connections; none without --tls
static ssize_t out(conn *c, const void *p, size_t n) {
  if (!tls)
    return send(c->fd, p, n, MSG_NOSIGNAL);
  int r = SSL_write(c->ssl, p, n);
  if (r > 0)
    return r;
  int e = SSL_get_error(c->ssl, r);
  errno = e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
  return -1;
}
static ssize_t in(conn *c, void *p, size_t n) {
  if (!tls)
    return recv(c->fd, p, n, 0);
  int r = SSL_read(c->ssl, p, n);
  if (r > 0)
    return r;
  int e = SSL_get_error(c->ssl, r);
  if (e == SSL_ERROR_ZERO_RETURN)
    return 0;
  errno = e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
  return -1;
}
static int ep, N = 100, S = 1, window = 0;
static double rate = 1000, dur = 10, warm = 2, drain = 3;
static char host[256] = "127.0.0.1";
static int port = 8000;
static char path[1024] = "/";
static char origin[256] = "";
static char *tmpl = "{\"type\":\"chat\",\"message\":\"@\"}";
static char *prelude[8];
static int npre;
static char *subproto = 0;
static char *wait_for = 0; // do not count as ready until this text arrives
static int pad = 0;
static FILE *tokens = 0; // one for each connection, a line each
static uint64_t opened, closed_n, deliveries, sent, bytes_in, deliv_meas, sent_meas, frames;
static bool measuring;
static uint64_t t_meas;
static int ready;
static int ping_seen;

static void sendall(conn *c, const void *p, size_t n) {
  const char *b = p;
  while (n) {
    ssize_t r = out(c, b, n);
    if (r < 0) {
      if (errno == EAGAIN) {
        struct timespec t = {0, 50000};
        nanosleep(&t, 0);
        continue;
      }
      c->closed = true;
      return;
    }
    b += r;
    n -= r;
  }
}
static void ws_send(conn *c, int op, const char *p, size_t n) {
  static uint8_t f[1 << 20];
  size_t h = 2;
  f[0] = 0x80 | op;
  if (n < 126)
    f[1] = 0x80 | n;
  else if (n < 65536) {
    f[1] = 0x80 | 126;
    f[2] = n >> 8;
    f[3] = n;
    h = 4;
  } else {
    f[1] = 0x80 | 127;
    for (int i = 0; i < 8; i++)
      f[2 + i] = (uint64_t)n >> (56 - 8 * i);
    h = 10;
  }
  uint8_t m[4] = {0x12, 0x34, 0x56, 0x78};
  memcpy(f + h, m, 4);
  h += 4;
  for (size_t i = 0; i < n; i++)
    f[h + i] = p[i] ^ m[i & 3];
  sendall(c, f, h + n);
}
static void subst(char *out, size_t cap, const char *t, int id, uint64_t stamp) {
  size_t o = 0;
  for (; *t && o < cap - 64; t++) {
    if (*t == '@') {
      o += snprintf(out + o, cap - o, "~T%020llu%c", (unsigned long long)stamp, '~');
      for (int i = 0; i < pad && o < cap - 64; i++)
        out[o++] = 'x';
    } else if (*t == '#') {
      o += snprintf(out + o, cap - o, "%d", id);
    } else
      out[o++] = *t;
  }
  out[o] = 0;
}
static void publish(conn *c, uint64_t stamp) {
  static char m[1 << 19];
  subst(m, sizeof m, tmpl, c->id, stamp);
  ws_send(c, 1, m, strlen(m));
  sent++;
  if (stamp >= t_meas && measuring)
    sent_meas++;
}
static void payload(conn *c, int op, uint8_t *p, size_t n) {
  if (op == 9) {
    ping_seen++;
    ws_send(c, 10, (char *)p, n);
    return;
  }
  if (op == 8) {
    c->closed = true;
    return;
  }
  if (op > 2)
    return;
  frames++;
  if (wait_for && !c->got && memmem(p, n, wait_for, strlen(wait_for))) {
    c->got = 1;
    ready++;
  }
  if (n == 2 && p[0] == '{' && p[1] == '}') {
    ws_send(c, 1, "{}", 2);
    return;
  } // Centrifuge-style application ping
  uint8_t *q = p;
  uint64_t t = 0;
  while ((q = memmem(q, p + n - q, "~T", 2))) {
    if (p + n - q < 23)
      break;
    uint64_t v = 0;
    for (int i = 2; i < 22; i++)
      v = v * 10 + (q[i] - '0');
    q += 23;
    deliveries++;
    if (measuring && v >= t_meas) {
      if (!t)
        t = now_ns();
      deliv_meas++;
      rec(t > v ? t - v : 0);
    }
    if (window && c->id < S) {
      uint64_t who = 0;
      (void)who;
      c->outstanding--;
    }
  }
}
static void feed(conn *c) { // parse complete frames in place
  uint32_t o = 0;
  if (!c->open) {
    uint8_t *e = memmem(c->buf, c->len, "\r\n\r\n", 4);
    if (!e)
      return;
    if (memcmp(c->buf, "HTTP/1.1 101", 12)) {
      fprintf(stderr, "handshake refused: %.60s\n", c->buf);
      c->closed = true;
      return;
    }
    c->open = true;
    opened++;
    o = e - c->buf + 4;
    char m[4096];
    for (int i = 0; i < npre; i++) {
      subst(m, 4096, prelude[i], c->id, 0);
      ws_send(c, 1, m, strlen(m));
    }
    if (!wait_for)
      ready++;
  }
  while (c->len - o >= 2) {
    uint8_t *b = c->buf + o;
    uint64_t n = b[1] & 127;
    uint32_t h = 2;
    if (n == 126) {
      if (c->len - o < 4)
        break;
      n = b[2] << 8 | b[3];
      h = 4;
    } else if (n == 127) {
      if (c->len - o < 10)
        break;
      n = 0;
      for (int i = 0; i < 8; i++)
        n = n << 8 | b[2 + i];
      h = 10;
    }
    if (c->len - o < h + n)
      break;
    payload(c, b[0] & 15, b + h, n);
    o += h + n;
  }
  if (o) {
    memmove(c->buf, c->buf + o, c->len - o);
    c->len -= o;
  }
}
static uint8_t rb[1 << 20];
static void readable(conn *c) {
  for (;;) {
    ssize_t r = in(c, rb, sizeof rb);
    if (r < 0) {
      if (errno == EAGAIN || errno == EINTR)
        return;
      c->closed = true;
    }
    if (r == 0)
      c->closed = true;
    if (c->closed) {
      if (c->fd >= 0) {
        epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, 0);
        close(c->fd);
        c->fd = -1;
        closed_n++;
      }
      return;
    }
    bytes_in += r;
    if (c->len + r > c->cap) {
      c->cap = (c->len + r) * 2;
      c->buf = realloc(c->buf, c->cap);
    }
    memcpy(c->buf + c->len, rb, r);
    c->len += r;
    feed(c);
    if (c->len == 0 && c->cap > 0 && c->open) {
      free(c->buf);
      c->buf = 0;
      c->cap = 0;
    }
    if (c->closed) {
      epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, 0);
      close(c->fd);
      c->fd = -1;
      closed_n++;
      return;
    }
    if (!tls && r < (ssize_t)sizeof rb)
      return;
  }
}
static void poll_once(int ms) {
  static struct epoll_event ev[1024];
  int n = epoll_wait(ep, ev, 1024, ms);
  for (int i = 0; i < n; i++) {
    conn *c = ev[i].data.ptr;
    if (c->fd >= 0)
      readable(c);
  }
}
static void dial(conn *c) {
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0)
    die("socket: %s", strerror(errno));
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in l = {.sin_family = AF_INET};
  char la[32];
  snprintf(la, 32, "127.0.%d.%d", (c->id / 20000) % 200, 1 + (c->id / 20000));
  l.sin_addr.s_addr = N > 20000 ? inet_addr(la) : inet_addr("127.0.0.1");
  if (N > 20000) {
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    bind(c->fd, (void *)&l, sizeof l);
  }
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = inet_addr(host);
  if (connect(c->fd, (void *)&a, sizeof a))
    die("connect %d: %s", c->id, strerror(errno));
  if (tls) {
    c->ssl = SSL_new(tls);
    SSL_set_fd(c->ssl, c->fd);
    if (SSL_connect(c->ssl) != 1)
      die("TLS handshake %d: %s", c->id, ERR_error_string(ERR_get_error(), 0));
  }
  char r[4096], pp[3000];
  subst(pp, 1200, path, c->id, 0);
  if (tokens) {
    size_t m = strlen(pp);
    memcpy(pp + m, "?token=", 7);
    if (!fgets(pp + m + 7, sizeof pp - m - 7, tokens))
      die("no token for connection %d", c->id);
    pp[strcspn(pp, "\n")] = 0;
  }
  int n = snprintf(
      r, sizeof r,
      "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s%s%s%s\r\n",
      pp, host, port, subproto ? "Sec-WebSocket-Protocol: " : "", subproto ? subproto : "",
      subproto ? "\r\n" : "", *origin ? "Origin: " : "", *origin ? origin : "", *origin ? "\r\n" : "");
  out(c, r, n);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
int main(int ac, char **av) {
  for (int i = 1; i < ac; i++) {
    char *k = av[i];
    char *v = i + 1 < ac ? av[i + 1] : 0;
#define O(x) if (!strcmp(k, x) && ++i)
    O("--host") strcpy(host, v);
    else O("--port") port = atoi(v);
    else O("--path") strcpy(path, v);
    else O("--conns") N = atoi(v);
    else O("--senders") S = atoi(v);
    else O("--rate") rate = atof(v);
    else O("--window") window = atoi(v);
    else O("--secs") dur = atof(v);
    else O("--warm") warm = atof(v);
    else O("--drain") drain = atof(v);
    else O("--send") tmpl = v;
    else O("--prelude") prelude[npre++] = v;
    else O("--wait") wait_for = v;
    else O("--pad") pad = atoi(v);
    else O("--pid") pids[npids++] = atoi(v);
    else O("--origin") strcpy(origin, v);
    else O("--proto") subproto = v;
    else if (!strcmp(k, "--tokens")) {
      tokens = fopen(av[++i], "r");
      if (!tokens)
        die("%s: %s", av[i], strerror(errno));
    }
    else if (!strcmp(k, "--tls")) {
      tls = SSL_CTX_new(TLS_client_method());
      SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    else die("unknown option %s", k);
  }
  struct rlimit rl = {1000000, 1000000};
  if (setrlimit(RLIMIT_NOFILE, &rl)) {
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = rl.rlim_max;
    setrlimit(RLIMIT_NOFILE, &rl);
  }
  ep = epoll_create1(0);
  cs = calloc(N, sizeof(conn));
  long rss0 = rss_kb(), sk0 = sock_kb();
  uint64_t t0 = now_ns();
  for (int i = 0; i < N; i++) {
    cs[i].id = i;
    dial(&cs[i]);
    if (i % 50 == 49)
      poll_once(0);
  }
  uint64_t dl = now_ns() + 30000000000ull;
  while (ready < N && closed_n == 0 && now_ns() < dl)
    poll_once(20);
  double tconn = (now_ns() - t0) / 1e9;
  if (ready < N)
    fprintf(stderr, "load: only %d of %d ready (%llu closed)\n", ready, N, (unsigned long long)closed_n);
  long rss1 = rss_kb(), sk1 = sock_kb();
  double gap = rate > 0 ? 1e9 / rate : 0;
  uint64_t start = now_ns();
  t_meas = start + (uint64_t)(warm * 1e9);
  uint64_t end = t_meas + (uint64_t)(dur * 1e9);
  double due = start;
  int rr = 0;
  uint64_t c0 = 0;
  double cc0 = 0;
  while (now_ns() < end) {
    uint64_t t = now_ns();
    if (!measuring && t >= t_meas) {
      measuring = true;
      c0 = sched_ns();
      cc0 = cpu_s();
    }
    if (window) {
      for (int i = 0; i < S; i++)
        while (!cs[i].closed && cs[i].outstanding < window * S) {
          for (int k = 0; k < window; k++) {
            publish(&cs[i], now_ns());
          }
          cs[i].outstanding += window * S;
        }
      poll_once(0);
    } else if (rate > 0) {
      int burst = 0;
      while (due <= t && burst < 256) {
        conn *c = &cs[rr++ % S];
        if (!c->closed)
          publish(c, (uint64_t)due);
        due += gap;
        burst++;
      }
      int64_t left = (int64_t)due - (int64_t)now_ns();
      poll_once(left > 1500000 ? 1 : 0);
    } else
      poll_once(50);
  }
  uint64_t c1 = sched_ns();
  double cc1 = cpu_s();
  uint64_t dmid = deliv_meas;
  double el = (now_ns() - t_meas) / 1e9;
  uint64_t dend = now_ns() + (uint64_t)(drain * 1e9);
  while (now_ns() < dend && deliv_meas < sent_meas * (uint64_t)N)
    poll_once(10);
  uint64_t c2 = sched_ns();
  struct rusage ru;
  getrusage(RUSAGE_SELF, &ru);
  printf(
      "{\"conns\":%d,\"ready\":%d,\"closed\":%llu,\"connect_s\":%.2f,\"rss_kb_per_conn\":%.2f,\"kernel_kb_"
      "per_conn\":%.2f,\"sent\":%llu,\"delivered\":%llu,\"expected\":%llu,\"lost\":%lld,\"deliveries_per_s\":"
      "%.0f,\"msgs_per_s\":%.0f,\"server_cpu\":%.2f,\"cpu_us_per_delivery\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%"
      ".3f,\"p999_ms\":%.3f,\"max_ms\":%.3f,\"frames\":%llu,\"rss_mb\":%.0f,\"gen_cpu_s\":%.1f}\n",
      N, ready, (unsigned long long)closed_n, tconn, N ? (rss1 - rss0) / (double)N : 0,
      N ? (sk1 - sk0) / (double)N : 0, (unsigned long long)sent_meas, (unsigned long long)deliv_meas,
      (unsigned long long)(sent_meas * (uint64_t)N),
      (long long)(sent_meas * (uint64_t)N) - (long long)deliv_meas, dmid / el, dmid / el / N,
      npids ? ((c1 - c0) / 1e9 / el) : 0, deliv_meas && npids ? (c2 - c0) / 1e3 / deliv_meas : 0, pct(50),
      pct(99), pct(99.9), hist_max / 1e6, (unsigned long long)frames, rss_kb() / 1024.0,
      ru.ru_utime.tv_sec + ru.ru_stime.tv_sec + (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6);
  (void)cc0;
  (void)cc1;
  return 0;
}
