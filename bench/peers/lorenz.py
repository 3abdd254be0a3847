# An ensemble of Lorenz systems by the classical Runge-Kutta method in PyTorch, all systems a tensor, with torch.compile where it is to be had.
# Usage: SYSTEMS SAMPLES DT; a step here is SAMPLES samples of every system, a Runge-Kutta step of DT each, all of which are kept.
systems, samples = map(int, sys.argv[1:3])
dt = float(sys.argv[3])
torch, device, name, synchronize = torch_device()
torch.manual_seed(1)
state = torch.randn(3, systems, device=device) + torch.tensor([[0.0], [0.0], [25.0]], device=device)
kept = torch.empty(samples, 3, systems, device=device)


def slope(state):
    x, y, z = state
    return torch.stack((10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z))


def advance(state):
    k1 = slope(state)
    k2 = slope(state + dt / 2 * k1)
    k3 = slope(state + dt / 2 * k2)
    k4 = slope(state + dt * k3)
    return state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


if device.type == "cuda" and hasattr(torch, "compile"):
    advance = torch.compile(advance)
    name += ", compiled"


def run(steps):
    global state
    with torch.no_grad():
        for _ in range(steps):
            for sample in range(samples):
                state = advance(state)
                kept[sample] = state


serve(name, run, synchronize)
