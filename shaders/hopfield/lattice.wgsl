// requires: hopfield/network.wgsl
// Neurons as the sites of a square lattice, periodic, row by row; only nearest neighbours are coupled. There are but 4 N couplings: they
// are made once, those of a site from its neighbours at the left, the right, above and below. Where a row has two sites, left and right
// are the same one, and count twice.

fn neighbours(site: u32) -> vec4u {
  let x = site % run.side;
  let above = select(site - run.side, site + run.sites - run.side, site < run.side);
  let below = select(site + run.side, site + run.side - run.sites, site + run.side >= run.sites);
  let left = select(site - 1u, site + run.side - 1u, x == 0u);
  let right = select(site + 1u, site + 1u - run.side, x + 1u == run.side);
  return vec4u(left, right, above, below);
}
