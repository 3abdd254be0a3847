/* The peer: a network of residual layers as plain C, samples and training. Sixteen samples stand side by side, activations are
   [unit][sample]; samples are shared out to threads. `plain` makes a unit at a time in a loop that the compiler vectorises, `tiled` eight
   units at a time in vectors, so that sums stay in registers; exp is a polynomial for the same reason. Training is tiled.
   Usage: diffusion plain|tiled DIMENSION WIDTH LAYERS SAMPLES STEPS THREADS prints sample-steps per second and a number of a sample;
          diffusion train DIMENSION WIDTH LAYERS BATCH STEPS THREADS CONDITIONS prints steps per second and the last loss. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LANES 16
#define TILE 8
#define MOST 8
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

static int dimension, width, layers, samples, steps, threads, conditions, tiled;
/* W of each layer, [input][unit], what is told for sampling, [step][layer][unit], or V for training, [condition][unit]; W_o [dimension][unit]. */
static float *weights[MOST], *told[MOST], *output;
static pthread_barrier_t barrier;

typedef struct {
  int number, first, count;
  float value;
  float *gradient;
} Share;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static inline vec splat(float x) { return x - (vec){0}; }

static inline vec choose(ivec mask, vec a, vec b) { return (vec)(((ivec)a & mask) | ((ivec)b & ~mask)); }

/* 1 / (1 + e^-z), e^y by 2^k and a polynomial of degree 6. */
static inline vec sigmoid(vec z) {
  vec y = z * -1.442695041f;
  y = choose(y > 126.0f, splat(126), y);
  y = choose(y < -126.0f, splat(-126), y);
  ivec k = __builtin_convertvector(y + 12582912.0f - 12582912.0f, ivec); /* rounds to a whole number */
  vec f = (y - __builtin_convertvector(k, vec)) * 0.6931471806f;
  vec e = 1 + f * (1 + f * (0.5f + f * (0.1666666667f + f * (0.0416666667f + f * (0.0083333333f + f * 0.0013888889f)))));
  ivec power = (k + 127) << 23;
  return 1 / (1 + e * (vec)power);
}

/* z += W below, for TILE units from one on. */
static inline void add(vec *z, const float *w, const vec *below, int inputs) {
  for (int i = 0; i < inputs; i++) {
    vec h = below[i];
#pragma GCC unroll 8
    for (int j = 0; j < TILE; j++) z[j] += w[(size_t)i * width + j] * h;
  }
}

/* above = silu(b + W below), plus below where the layer is residual. */
static void layer(const float *w, const float *b, const vec *below, int inputs, vec *above, int residual) {
  if (!tiled) {
    for (int unit = 0; unit < width; unit++) {
      float z[LANES];
      for (int s = 0; s < LANES; s++) z[s] = b[unit];
      for (int i = 0; i < inputs; i++)
#pragma GCC unroll 1
        for (int s = 0; s < LANES; s++) z[s] += w[(size_t)i * width + unit] * ((const float *)below)[i * LANES + s];
      vec all;
      memcpy(&all, z, sizeof all);
      above[unit] = all * sigmoid(all) + (residual ? below[unit] : splat(0));
    }
    return;
  }
  for (int unit = 0; unit < width; unit += TILE) {
    vec z[TILE];
    for (int j = 0; j < TILE; j++) z[j] = splat(b[unit + j]);
    add(z, w + unit, below, inputs);
    for (int j = 0; j < TILE; j++) above[unit + j] = z[j] * sigmoid(z[j]) + (residual ? below[unit + j] : splat(0));
  }
}

static void *sample(void *argument) {
  Share *share = argument;
  vec *room = aligned_alloc(64, sizeof(vec) * (2 * width + 2 * dimension));
  vec *h[2] = {room, room + width}, *x = room + 2 * width, *u = x + dimension;
  for (int g = share->first; g < share->first + share->count; g += LANES) {
    for (int i = 0; i < dimension; i++)
      for (int s = 0; s < LANES; s++) x[i][s] = (float)(((g + s) * 7919 + i * 104729) % 2000) / 500 - 2;
    for (int t = 0; t < steps; t++) {
      float noise = (float)(steps - t) / steps, next = (float)(steps - t - 1) / steps;
      float variance = noise * noise + 0.25f, skip = 0.25f / variance, out = noise * 0.5f / __builtin_sqrtf(variance);
      for (int i = 0; i < dimension; i++) u[i] = x[i] / __builtin_sqrtf(variance);
      for (int l = 0; l < layers; l++)
        layer(weights[l], told[0] + (t * layers + l) * width, l ? h[(l - 1) % 2] : u, l ? width : dimension, h[l % 2], l > 0);
      const vec *last = h[(layers - 1) % 2];
      for (int i = 0; i < dimension; i++) {
        vec f = splat(0);
        for (int unit = 0; unit < width; unit++) f += output[i * width + unit] * last[unit];
        vec clean = skip * x[i] + out * f;
        x[i] = clean + next / noise * (x[i] - clean);
      }
    }
    share->value = x[0][0];
  }
  free(room);
  return NULL;
}

/* gradient[i][unit] += sum over samples of a[i] d[unit], with d turned to [sample][unit]. */
static void slopes(float *gradient, const vec *a, int inputs, const float *turned) {
  for (int i = 0; i < inputs; i += TILE) {
    int some = inputs - i < TILE ? inputs - i : TILE;
    for (int unit = 0; unit < width; unit += LANES) {
      vec sum[TILE];
      for (int j = 0; j < TILE; j++) sum[j] = splat(0);
      for (int s = 0; s < LANES; s++) {
        vec d;
        memcpy(&d, turned + s * width + unit, sizeof d);
        if (some == TILE) {
#pragma GCC unroll 8
          for (int j = 0; j < TILE; j++) sum[j] += a[i + j][s] * d;
        } else for (int j = 0; j < some; j++) sum[j] += a[i + j][s] * d;
      }
      for (int j = 0; j < some; j++) *(vec *)(gradient + (size_t)(i + j) * width + unit) += sum[j];
    }
  }
}

/* Where parameters stand in a gradient: W and V of each layer, then W_o. */
static size_t place(int l, int part) {
  size_t at = 0;
  for (int k = 0; k < l; k++) at += (size_t)((k ? width : dimension) + conditions) * width;
  return at + (part ? (size_t)(l ? width : dimension) * width : 0);
}

static float *means, *variances, *all;
static Share share[256];

static void *train(void *argument) {
  Share *own = argument;
  size_t count = place(layers, 0) + (size_t)dimension * width;
  int rows = dimension + conditions;
  vec *room = aligned_alloc(64, sizeof(vec) * (rows + dimension + (2 * layers + 2) * width));
  vec *u = room, *c = u + dimension, *f = c + conditions, *h = f + dimension, *slope = h + layers * width;
  vec *above = slope + layers * width, *delta = above + width;
  float *turned = aligned_alloc(64, sizeof(float) * LANES * width);
  for (int t = 0; t < steps; t++) {
    memset(own->gradient, 0, sizeof(float) * count);
    own->value = 0;
    for (int g = own->first; g < own->first + own->count; g += LANES) {
      for (int i = 0; i < rows; i++)
        for (int s = 0; s < LANES; s++) u[i][s] = (float)(((g + s + t * 977) * 7919 + i * 104729) % 2000) / 1000 - 1;
      for (int l = 0; l < layers; l++) {
        for (int unit = 0; unit < width; unit += TILE) {
          vec z[TILE];
          for (int j = 0; j < TILE; j++) z[j] = splat(0);
          add(z, weights[l] + unit, l ? h + (l - 1) * width : u, l ? width : dimension);
          add(z, told[l] + unit, c, conditions);
          for (int j = 0; j < TILE; j++) {
            vec s = sigmoid(z[j]);
            h[l * width + unit + j] = z[j] * s + (l ? h[(l - 1) * width + unit + j] : splat(0));
            slope[l * width + unit + j] = s * (1 + z[j] * (1 - s));
          }
        }
      }
      const vec *last = h + (layers - 1) * width;
      for (int unit = 0; unit < width; unit++) above[unit] = splat(0);
      float *out = own->gradient + place(layers, 0);
      for (int i = 0; i < dimension; i++) {
        f[i] = -u[i];
        for (int unit = 0; unit < width; unit++) f[i] += output[i * width + unit] * last[unit];
        for (int s = 0; s < LANES; s++) own->value += f[i][s] * f[i][s];
        for (int unit = 0; unit < width; unit++) {
          above[unit] += output[i * width + unit] * f[i];
          vec product = f[i] * last[unit];
          for (int s = 0; s < LANES; s++) out[i * width + unit] += product[s];
        }
      }
      for (int l = layers - 1; l >= 0; l--) {
        for (int unit = 0; unit < width; unit++) {
          delta[unit] = above[unit] * slope[l * width + unit];
          for (int s = 0; s < LANES; s++) turned[s * width + unit] = delta[unit][s];
        }
        slopes(own->gradient + place(l, 0), l ? h + (l - 1) * width : u, l ? width : dimension, turned);
        slopes(own->gradient + place(l, 1), c, conditions, turned);
        for (int i = 0; l && i < width; i += TILE) {
          vec sum[TILE];
          for (int j = 0; j < TILE; j++) sum[j] = splat(0);
          for (int unit = 0; unit < width; unit++)
#pragma GCC unroll 8
            for (int j = 0; j < TILE; j++) sum[j] += weights[l][(size_t)(i + j) * width + unit] * delta[unit];
          for (int j = 0; j < TILE; j++) above[i + j] += sum[j];
        }
      }
    }
    pthread_barrier_wait(&barrier);
    /* Adam, each thread its part of the parameters. */
    size_t from = count * own->number / threads, end = count * (own->number + 1) / threads;
    for (size_t i = from; i < end; i++) {
      float g = 0;
      for (int n = 0; n < threads; n++) g += share[n].gradient[i];
      g /= samples * dimension;
      means[i] = 0.9f * means[i] + 0.1f * g;
      variances[i] = 0.999f * variances[i] + 0.001f * g * g;
      all[i] -= 1e-4f * means[i] / (__builtin_sqrtf(variances[i]) + 1e-8f);
    }
    pthread_barrier_wait(&barrier);
  }
  free(room); free(turned);
  return NULL;
}

static uint64_t state = 88172645463325252ull;
static void fill(float *all, size_t count, float size) {
  for (size_t i = 0; i < count; i++) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    all[i] = size * ((float)(state >> 40) / (1 << 23) - 1);
  }
}
static float *floats(size_t count) {
  float *room = aligned_alloc(64, (sizeof(float) * count + 63) / 64 * 64);
  memset(room, 0, sizeof(float) * count);
  return room;
}

int main(int count, char **words) {
  if (count < 8) return 2;
  int trains = strcmp(words[1], "train") == 0;
  tiled = strcmp(words[1], "plain") != 0;
  dimension = atoi(words[2]); width = atoi(words[3]); layers = atoi(words[4]);
  samples = atoi(words[5]); steps = atoi(words[6]); threads = atoi(words[7]);
  conditions = count > 8 ? atoi(words[8]) : 0;
  if (layers > MOST || width % LANES || threads > 256) return 2;
  size_t parameters = place(layers, 0) + (size_t)dimension * width;
  all = floats(parameters);
  means = floats(parameters);
  variances = floats(parameters);
  for (int l = 0; l < layers; l++) {
    int inputs = l ? width : dimension;
    weights[l] = all + place(l, 0);
    fill(weights[l], (size_t)inputs * width, 1.7f / __builtin_sqrtf(inputs));
    if (trains) fill(told[l] = all + place(l, 1), (size_t)conditions * width, 0.3f);
  }
  fill(output = all + place(layers, 0), (size_t)dimension * width, 1.7f / __builtin_sqrtf(width));
  if (!trains) fill(told[0] = floats((size_t)steps * layers * width), (size_t)steps * layers * width, 1);
  pthread_t thread[256];
  pthread_barrier_init(&barrier, NULL, threads);
  int each = samples / threads / LANES * LANES;
  for (int n = 0; n < threads; n++) share[n] = (Share){n, n * each, each, 0, trains ? floats(parameters) : NULL};
  double start = now();
  for (int n = 0; n < threads; n++) pthread_create(&thread[n], NULL, trains ? train : sample, &share[n]);
  float loss = 0;
  for (int n = 0; n < threads; n++) {
    pthread_join(thread[n], NULL);
    loss += share[n].value;
  }
  double seconds = now() - start;
  if (trains) printf("%.6g %.6f\n", steps / seconds, loss / (samples * dimension));
  else printf("%.6g %.6f\n", (double)each * threads * steps / seconds, share[0].value);
  return 0;
}
