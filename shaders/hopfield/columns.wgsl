// requires: hopfield/network.wgsl
// The patterns, as all kernels that change spins have them.

@group(0) @binding(3) var<storage, read> columns: array<u32>;
