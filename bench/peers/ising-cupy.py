# The 2-D Ising model as users of CuPy write it: a kernel in CUDA C, a byte a spin, one thread a spin of the colour, numbers of cuRAND made for
# a half-sweep at once (as in Romero et al. 2020, doi 10.1016/j.cpc.2020.107473). Usage: TEMPERATURE SIZE; a step is a sweep.
import cupy
import numpy

temperature, size = float(sys.argv[1]), int(sys.argv[2])
cupy.random.seed(1)
kernel = cupy.RawKernel(
    r"""
extern "C" __global__ void half_sweep(signed char *own, const signed char *other, const float *random, const float *chance, int size, int colour) {
  int half = size / 2;
  long thread = (long)blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= (long)half * size) return;
  int y = thread / half, x = thread % half;
  int up = y == 0 ? size - 1 : y - 1, down = y == size - 1 ? 0 : y + 1;
  int side = (y + colour) % 2 ? (x == half - 1 ? 0 : x + 1) : (x == 0 ? half - 1 : x - 1);
  int sum = other[(long)up * half + x] + other[(long)down * half + x] + other[thread] + other[(long)y * half + side];
  int aligned = own[thread] * sum;
  if (aligned <= 0 || random[thread] < chance[aligned / 2]) own[thread] = -own[thread];
}
""",
    "half_sweep",
)
planes = [cupy.ones((size, size // 2), dtype=cupy.int8) for _ in range(2)]
chance = cupy.exp(cupy.arange(3, dtype=cupy.float32) * (-4.0 / temperature)).astype(cupy.float32)
threads = 256
blocks = (size * size // 2 + threads - 1) // threads


def run(sweeps):
    for _ in range(sweeps):
        for colour in range(2):
            random = cupy.random.random((size, size // 2), dtype=cupy.float32)
            kernel((blocks,), (threads,), (planes[colour], planes[1 - colour], random, chance, numpy.int32(size), numpy.int32(colour)))


serve(f"CuPy {cupy.__version__}, cuda", run, cupy.cuda.Device().synchronize)
