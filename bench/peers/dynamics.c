/* The peer: trajectories of a flow or a map in plain C, f32, sixteen side by side in vectors, shared out to threads; at the end the mean of x.
   Usage: dynamics lorenz|tsitouras|henon STEPS TRAJECTORIES THREADS prints trajectory-steps per second and that mean. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LANES 16
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef struct {
  vec x, y, z;
} Point;

static int henon, tsitouras, steps, trajectories, threads;

static inline Point slope(Point p) {
  return (Point){10.0f * (p.y - p.x), p.x * (28.0f - p.z) - p.y, p.x * p.y - (8.0f / 3.0f) * p.z};
}
static inline Point along(Point p, float h, Point k) { return (Point){p.x + h * k.x, p.y + h * k.y, p.z + h * k.z}; }

static inline Point runge_kutta(Point p) {
  const float h = 0.0078125f;
  Point a = slope(p), b = slope(along(p, h / 2, a)), c = slope(along(p, h / 2, b)), d = slope(along(p, h, c));
  Point sum = {a.x + 2 * (b.x + c.x) + d.x, a.y + 2 * (b.y + c.y) + d.y, a.z + 2 * (b.z + c.z) + d.z};
  return along(p, h / 6, sum);
}
/* Steps of one length of Tsitouras' method, without its error; the first slope is the last of the step before. */
static inline Point fifth(Point p, Point *k) {
  const float h = 0.0078125f;
  Point a = *k, b, c, d, e, f, q;
  q = along(p, h * 0.161f, a);
  b = slope(q);
  q = along(along(p, h * -0.008480655492356989f, a), h * 0.335480655492357f, b);
  c = slope(q);
  q = along(along(along(p, h * 2.8971530571054935f, a), h * -6.359448489975075f, b), h * 4.3622954328695815f, c);
  d = slope(q);
  q = along(along(p, h * 5.325864828439257f, a), h * -11.748883564062828f, b);
  q = along(along(q, h * 7.4955393428898365f, c), h * -0.09249506636175525f, d);
  e = slope(q);
  q = along(along(p, h * 5.86145544294642f, a), h * -12.92096931784711f, b);
  q = along(along(along(q, h * 8.159367898576159f, c), h * -0.071584973281401f, d), h * -0.028269050394068383f, e);
  f = slope(q);
  q = along(along(along(p, h * 0.09646076681806523f, a), h * 0.01f, b), h * 0.4798896504144996f, c);
  q = along(along(along(q, h * 1.379008574103742f, d), h * -3.290069515436081f, e), h * 2.324710524099774f, f);
  *k = slope(q);
  return q;
}
static inline Point map(Point p) { return (Point){1 - 1.4f * p.x * p.x + p.y, 0.3f * p.x, p.z}; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *share(void *argument) {
  int number = (int)(long)argument;
  double *mean = calloc(1, sizeof *mean);
  for (int first = LANES * number; first < trajectories; first += LANES * threads) {
    Point p;
    for (int i = 0; i < LANES; i++) {
      p.x[i] = 0.1f * (float)((first + i) % 97) / 97;
      p.y[i] = 0.1f;
      p.z[i] = 25;
    }
    Point k = slope(p);
    if (henon)
      for (int n = 0; n < steps; n++) p = map(p);
    else if (tsitouras)
      for (int n = 0; n < steps; n++) p = fifth(p, &k);
    else
      for (int n = 0; n < steps; n++) p = runge_kutta(p);
    for (int i = 0; i < LANES && first + i < trajectories; i++) *mean += p.x[i];
  }
  return mean;
}

int main(int count, char **words) {
  if (count != 5) return 2;
  henon = !strcmp(words[1], "henon");
  tsitouras = !strcmp(words[1], "tsitouras");
  steps = atoi(words[2]);
  trajectories = atoi(words[3]);
  threads = atoi(words[4]);
  pthread_t all[256];
  double start = now(), mean = 0;
  for (long i = 0; i < threads; i++) pthread_create(&all[i], NULL, share, (void *)i);
  for (int i = 0; i < threads; i++) {
    void *own;
    pthread_join(all[i], &own);
    mean += *(double *)own;
  }
  printf("%.6g %g\n", (double)steps * trajectories / (now() - start), mean / trajectories);
  return 0;
}
