# The 2-D Ising model as users of PyTorch write it: a byte a spin, neighbours by rolls, Metropolis in checkerboard order by masks.
# Usage: TEMPERATURE SIZE; a step is a sweep.
temperature, size = float(sys.argv[1]), int(sys.argv[2])
torch, device, name, synchronize = torch_device()
torch.manual_seed(1)
spins = torch.ones((size, size), dtype=torch.int8, device=device)
x = torch.arange(size, device=device)
even = (x[:, None] + x[None, :]) % 2 == 0
masks = [even, ~even]


def half_sweep(mask):
    neighbours = spins.roll(1, 0) + spins.roll(-1, 0) + spins.roll(1, 1) + spins.roll(-1, 1)
    chance = torch.exp((-2.0 / temperature) * (spins * neighbours).float())
    flip = (torch.rand((size, size), device=device) < chance) & mask
    spins.mul_(1 - 2 * flip.to(torch.int8))


def run(sweeps):
    with torch.no_grad():
        for _ in range(sweeps):
            for mask in masks:
                half_sweep(mask)


serve(name, run, synchronize)
