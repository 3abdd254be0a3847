# Echo-state networks with one topology and many settings in PyTorch: a matrix product a step for all networks, sparse (CSR) below a tenth of the links.
# Usage: UNITS LINKS NETWORKS; a step is one of all networks.
units, links, networks = map(int, sys.argv[1:4])
torch, device, name, synchronize = torch_device()
torch.manual_seed(1)
columns = torch.stack([torch.randperm(units)[:links] for _ in range(units)])
values = (torch.rand(units, links) - 0.5) * 2 / links
dense = torch.zeros(units, units).scatter_(1, columns, values)
weights = (dense.to_sparse_csr() if links * 10 <= units else dense).to(device)
radius = torch.linspace(0.5, 0.9, networks, device=device)
into = (torch.rand(units, 1, device=device) - 0.5) * 0.3
state = torch.zeros(units, networks, device=device)
series = [((t * 7919) % 1000) / 1000 - 0.5 for t in range(1000)]


def run(steps):
    global state
    with torch.no_grad():
        for t in range(steps):
            state = 0.3 * state + 0.7 * torch.tanh((weights @ state) * radius + into * series[t % 1000])


serve(name, run, synchronize)
