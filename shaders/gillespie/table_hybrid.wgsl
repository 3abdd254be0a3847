// requires: gillespie/hybrid.wgsl
// requires: gillespie/table.wgsl
// Networks with rates of their own that are too large for registers.
