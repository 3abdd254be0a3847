/* The peer: asynchronous recall of a Hopfield network at temperature 0 as plain C. Patterns are one byte a bit, by neuron; fields come
   from the overlaps, which follow every flip. One network a thread; the compiler vectorises the sum over patterns.
   Usage: hopfield NEURONS PATTERNS SWEEPS THREADS; prints updates per second and the mean overlap with the first pattern. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int neurons, patterns, sweeps, threads;

typedef struct {
  int first;
  double overlap, seconds;
} Share;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *work(void *argument) {
  Share *share = argument;
  int n = neurons, p = patterns;
  int8_t *pattern = malloc((size_t)n * p), *spin = malloc(n);
  int32_t *overlap = calloc(p, sizeof *overlap);
  uint64_t state = 88172645463325252ull + 1000003ull * share->first;
  for (size_t i = 0; i < (size_t)n * p; i++) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    pattern[i] = state >> 63 ? 1 : -1;
  }
  for (int i = 0; i < n; i++) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    spin[i] = (state >> 40) % 10 == 0 ? -pattern[(size_t)i * p] : pattern[(size_t)i * p];
    for (int m = 0; m < p; m++) overlap[m] += pattern[(size_t)i * p + m] * spin[i];
  }
  double start = now();
  for (int sweep = 0; sweep < sweeps; sweep++) {
    for (int i = 0; i < n; i++) {
      const int8_t *own = pattern + (size_t)i * p;
      int32_t field = -p * spin[i];
      for (int m = 0; m < p; m++) field += own[m] * overlap[m];
      int next = field > 0 ? 1 : field < 0 ? -1 : spin[i];
      if (next == spin[i]) continue;
      for (int m = 0; m < p; m++) overlap[m] += own[m] * 2 * next;
      spin[i] = next;
    }
  }
  share->seconds = now() - start;
  share->overlap = (double)overlap[0] / n;
  free(pattern); free(spin); free(overlap);
  return NULL;
}

int main(int count, char **words) {
  if (count != 5) return 2;
  neurons = atoi(words[1]); patterns = atoi(words[2]); sweeps = atoi(words[3]); threads = atoi(words[4]);
  pthread_t thread[256];
  Share share[256];
  for (int t = 0; t < threads; t++) {
    share[t].first = t;
    pthread_create(&thread[t], NULL, work, &share[t]);
  }
  double slowest = 0, overlap = 0;
  for (int t = 0; t < threads; t++) {
    pthread_join(thread[t], NULL);
    if (share[t].seconds > slowest) slowest = share[t].seconds;
    overlap += share[t].overlap / threads;
  }
  printf("%.0f %.6f\n", (double)neurons * sweeps * threads / slowest, overlap);
  return 0;
}
