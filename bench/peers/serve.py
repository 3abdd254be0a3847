# What every peer in Python does: it tells its name, and then for each line with a number of steps the seconds that they took. Synchronised at both
# ends, because GPUs work behind the program's back.
import sys
import time


def serve(name, run, synchronize=lambda: None):
    print(name, flush=True)
    for line in sys.stdin:
        steps = int(line)
        synchronize()
        start = time.perf_counter()
        run(steps)
        synchronize()
        print(time.perf_counter() - start, flush=True)


def torch_device():
    import torch

    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    threads = "" if cuda else f", {torch.get_num_threads()} threads"
    return torch, device, f"PyTorch {torch.__version__}, {device.type}{threads}", torch.cuda.synchronize if cuda else lambda: None
