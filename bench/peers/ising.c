/* The peer: the 2-D Ising model as plain C, one byte a spin, Metropolis in checkerboard order with Threefry4x32-20, four spins
   a block, rows shared out to threads. Written as one would write it; the compiler may vectorise what it can.
   Usage: ising SIZE SWEEPS THREADS; prints flips per second and the energy per site. */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int size, sweeps, threads;
static uint8_t *spins;
static uint32_t thresholds[5];
static pthread_barrier_t barrier;

static inline uint32_t rotate(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

static inline void threefry(const uint32_t counter[4], const uint32_t key[4], uint32_t x[4]) {
  static const int r[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}};
  uint32_t k[5] = {key[0], key[1], key[2], key[3], 0x1BD11BDAu ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  for (int i = 0; i < 4; i++) x[i] = counter[i] + k[i];
#pragma GCC unroll 20
  for (int i = 0; i < 20; i++) {
    int a = i % 2 ? 3 : 1, b = i % 2 ? 1 : 3;
    x[0] += x[a]; x[a] = rotate(x[a], r[i % 8][0]) ^ x[0];
    x[2] += x[b]; x[b] = rotate(x[b], r[i % 8][1]) ^ x[2];
    if (i % 4 == 3) {
      int q = i / 4 + 1;
      for (int j = 0; j < 4; j++) x[j] += k[(q + j) % 5];
      x[3] += q;
    }
  }
}

static void half_sweep(int first, int last, uint32_t sweep, uint32_t colour) {
  const uint32_t key[4] = {42, 0, 1, 0};
  for (int y = first; y < last; y++) {
    uint8_t *row = spins + (size_t)y * size;
    const uint8_t *above = spins + (size_t)((y + size - 1) % size) * size, *below = spins + (size_t)((y + 1) % size) * size;
    for (int x0 = 0; x0 < size; x0 += 8) {
      uint32_t counter[4] = {(uint32_t)(y * (size / 8) + x0 / 8), sweep, 0, colour}, random[4];
      threefry(counter, key, random);
      for (int i = 0; i < 4; i++) {
        int x = x0 + 2 * i + ((y + colour) & 1);
        int left = x == 0 ? size - 1 : x - 1, right = x == size - 1 ? 0 : x + 1;
        int up = row[left] + row[right] + above[x] + below[x];
        int aligned = row[x] ? up : 4 - up;
        row[x] ^= random[i] < thresholds[aligned];
      }
    }
  }
}

static void *work(void *argument) {
  int id = (int)(intptr_t)argument;
  int first = (int)((int64_t)size * id / threads), last = (int)((int64_t)size * (id + 1) / threads);
  for (int sweep = 0; sweep < sweeps; sweep++)
    for (int colour = 0; colour < 2; colour++) {
      half_sweep(first, last, sweep, colour);
      pthread_barrier_wait(&barrier);
    }
  return NULL;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size = atoi(argv[1]); sweeps = atoi(argv[2]); threads = atoi(argv[3]);
  spins = malloc((size_t)size * size);
  memset(spins, 1, (size_t)size * size);
  double temperature = 2 / log(1 + sqrt(2));
  for (int aligned = 0; aligned < 5; aligned++)
    thresholds[aligned] = aligned <= 2 ? 0xffffffffu : (uint32_t)(4294967296.0 * exp(-4.0 * (aligned - 2) / temperature));
  pthread_t ids[64];
  pthread_barrier_init(&barrier, NULL, threads);
  double start = now();
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, work, (void *)(intptr_t)i);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  double seconds = now() - start;
  long long unequal = 0;
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      uint8_t s = spins[(size_t)y * size + x];
      unequal += (s ^ spins[(size_t)y * size + (x + 1) % size]) + (s ^ spins[(size_t)((y + 1) % size) * size + x]);
    }
  printf("%.6e %.6f\n", (double)size * size * sweeps / seconds, -2 + 2.0 * unequal / ((double)size * size));
  return 0;
}
