# A denoiser of residual layers (SiLU) and Euler's method down the noise levels in PyTorch, with torch.compile where it is to be had.
# Usage: DIMENSION WIDTH LAYERS SAMPLES STEPS; a step here is a pass of all samples through STEPS levels.
dimension, width, layers, samples, levels = map(int, sys.argv[1:6])
torch, device, name, synchronize = torch_device()
torch.manual_seed(1)
torch.set_float32_matmul_precision("highest")  # f32, as in gibbs: no tensor cores
scaled = lambda out, inputs: torch.randn(out, inputs, device=device) / inputs**0.5
inner = [scaled(width, dimension if l == 0 else width) for l in range(layers)]
noises = torch.arange(levels, -1, -1, device=device) / levels  # a tensor: numbers would be compiled in, one program each
told = torch.randn(levels, layers, width, device=device)
last = scaled(dimension, width)
x = torch.randn(samples, dimension, device=device)


def denoise(x, noise, told):
    variance = noise**2 + 1
    h = torch.nn.functional.silu(x / variance**0.5 @ inner[0].T + told[0])
    for l in range(1, layers):
        h = h + torch.nn.functional.silu(h @ inner[l].T + told[l])
    return x / variance + noise / variance**0.5 * (h @ last.T)


if device.type == "cuda" and hasattr(torch, "compile"):
    denoise = torch.compile(denoise, dynamic=True)
    name += ", compiled"


def run(passes):
    global x
    with torch.no_grad():
        for _ in range(passes):
            for step in range(levels):
                noise, following = noises[step], noises[step + 1]
                clean = denoise(x, noise, told[step])
                x = clean + following / noise * (x - clean)
            x = torch.randn(samples, dimension, device=device)


serve(name, run, synchronize)
