/* The peer: Gillespie's direct method as plain C for one network, f64, xoshiro256++ (Blackman & Vigna 2021), trajectories shared
   out to threads. SPECIES, REACTIONS, PROPENSITIES (a[i] = ...;), FIRE (case i: ...; break;) and START are put before this text.
   Usage: gillespie UNTIL TRAJECTORIES THREADS; prints events per second and the mean of the first species at the end. */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double until;
static long trajectories;
static int threads;

typedef struct {
  int first;
  uint64_t events;
  double sum;
} Share;

static inline uint64_t rotate(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

static inline double uniform(uint64_t s[4]) {
  uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3];
  s[2] ^= t; s[3] = rotate(s[3], 45);
  return ((result >> 11) + 0.5) * 0x1p-53;
}

static void *work(void *argument) {
  Share *share = argument;
  uint64_t s[4];
  for (int i = 0; i < 4; i++) s[i] = 0x9e3779b97f4a7c15u * (4 * share->first + i + 1);
  uint64_t events = 0;
  double sum = 0;
  for (long n = share->first; n < trajectories; n += threads) {
    int64_t x[SPECIES] = START;
    double a[REACTIONS], time = 0;
    for (;;) {
      PROPENSITIES
      double total = 0;
      for (int i = 0; i < REACTIONS; i++) total += a[i];
      if (total <= 0) break;
      time -= log(uniform(s)) / total;
      if (time >= until) break;
      double r = uniform(s) * total;
      int chosen = 0;
      while (chosen < REACTIONS - 1 && r >= a[chosen]) r -= a[chosen++];
      switch (chosen) { FIRE }
      events++;
    }
    sum += x[0];
  }
  share->events = events;
  share->sum = sum;
  return NULL;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  until = atof(words[1]);
  trajectories = atol(words[2]);
  threads = atoi(words[3]);
  pthread_t *own = malloc(threads * sizeof *own);
  Share *shares = calloc(threads, sizeof *shares);
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < threads; i++) {
    shares[i].first = i;
    pthread_create(&own[i], NULL, work, &shares[i]);
  }
  uint64_t events = 0;
  double sum = 0;
  for (int i = 0; i < threads; i++) {
    pthread_join(own[i], NULL);
    events += shares[i].events;
    sum += shares[i].sum;
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double seconds = to.tv_sec - from.tv_sec + 1e-9 * (to.tv_nsec - from.tv_nsec);
  printf("%.6g %.6g\n", events / seconds, sum / trajectories);
  return 0;
}
