# An ensemble of a linear stochastic differential equation by Euler and Maruyama in PyTorch, all samples a tensor.
# Usage: DIMENSION SAMPLES STEPS; a step here is a pass of all samples through STEPS steps.
dimension, samples, levels = map(int, sys.argv[1:4])
torch, device, name, synchronize = torch_device()
torch.manual_seed(1)
x = torch.randn(samples, dimension, device=device)


def run(passes):
    global x
    with torch.no_grad():
        for _ in range(passes):
            for step in range(levels):
                noise = (levels - step) / levels
                drift = -x * noise / (1 + noise * noise)
                x = x + drift / levels + (2 * noise / levels) ** 0.5 * torch.randn_like(x)


serve(name, run, synchronize)
