/* The peer: echo-state networks with one topology and many settings as plain C. States stand with the networks innermost, so that the
   compiler vectorises over them; tanh by a polynomial exponential for the same reason. Networks are shared out to threads.
   Usage: reservoir UNITS LINKS NETWORKS STEPS THREADS; prints node-steps per second and a state. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int units, links, networks, steps, threads;
static int *source;
static float *weight, *input;

typedef struct {
  int first, count;
  float state;
  double seconds;
} Share;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* 1 - 2 / (e^2x + 1), e^y by 2^k and a polynomial of degree 6. */
static inline float tanh_of(float x) {
  x = x > 9 ? 9 : x < -9 ? -9 : x;
  float y = 2.885390082f * x; /* in powers of two */
  float k = (float)(int)(y + (y < 0 ? -0.5f : 0.5f));
  float f = (y - k) * 0.6931471806f;
  float e = 1 + f * (1 + f * (0.5f + f * (0.1666666667f + f * (0.0416666667f + f * (0.0083333333f + f * 0.0013888889f)))));
  union { int32_t i; float f; } power = {((int32_t)k + 127) << 23};
  return 1 - 2 / (e * power.f + 1);
}

#define WIDTH 16

static void *work(void *argument) {
  Share *share = argument;
  int groups = share->count / WIDTH;
  float *now_state = aligned_alloc(64, sizeof(float) * units * WIDTH), *next = aligned_alloc(64, sizeof(float) * units * WIDTH);
  double start = now();
  for (int g = 0; g < groups; g++) {
    float radius[WIDTH];
    for (int b = 0; b < WIDTH; b++) radius[b] = 0.5f + 0.4f * (share->first + g * WIDTH + b) / networks;
    memset(now_state, 0, sizeof(float) * units * WIDTH);
    for (int t = 0; t < steps; t++) {
      float u = 0.3f * (float)((t * 7919) % 1000) / 1000;
      for (int i = 0; i < units; i++) {
        float sum[WIDTH] = {0};
        for (int k = 0; k < links; k++) {
          float w = weight[i * links + k];
          const float *from = now_state + source[i * links + k] * WIDTH;
          for (int b = 0; b < WIDTH; b++) sum[b] += w * from[b];
        }
        for (int b = 0; b < WIDTH; b++)
          next[i * WIDTH + b] = 0.3f * now_state[i * WIDTH + b] + 0.7f * tanh_of(radius[b] * sum[b] + u * input[i]);
      }
      float *swap = now_state; now_state = next; next = swap;
    }
  }
  share->seconds = now() - start;
  share->state = now_state[0];
  free(now_state); free(next);
  return NULL;
}

int main(int count, char **words) {
  if (count != 6) return 2;
  units = atoi(words[1]); links = atoi(words[2]); networks = atoi(words[3]); steps = atoi(words[4]); threads = atoi(words[5]);
  source = malloc(sizeof *source * units * links);
  weight = malloc(sizeof *weight * units * links);
  input = malloc(sizeof *input * units);
  uint64_t state = 88172645463325252ull;
  for (int i = 0; i < units * links; i++) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    source[i] = (state >> 33) % units;
    weight[i] = ((float)(state & 0xffff) / 65536 - 0.5f) * 2 / links;
  }
  for (int i = 0; i < units; i++) input[i] = (float)((i * 31) % 17) / 17 - 0.5f;
  pthread_t thread[256];
  Share share[256];
  int each = networks / threads / WIDTH * WIDTH, made = 0;
  double start = now();
  for (int n = 0; n < threads; n++) {
    share[n] = (Share){n * each, each, 0, 0};
    made += each;
    pthread_create(&thread[n], NULL, work, &share[n]);
  }
  for (int n = 0; n < threads; n++) pthread_join(thread[n], NULL);
  printf("%.6g %.6f\n", (double)units * made * steps / (now() - start), share[0].state);
  return 0;
}
