// In which cell of a histogram a number lies: 0 below it, 1 … in its bins, and one more above.

/** Undefined for what is no number. A guess by proportion, put right by the edges. */
export function cellOfValue(x: number, edges: Float32Array): number | undefined {
  if (!Number.isFinite(x)) return undefined;
  const bins = edges.length - 1;
  const [least, most] = [edges[0], edges[bins]];
  if (x < least) return 0;
  if (x > most) return bins + 1;
  let bin = Math.min(bins - 1, Math.max(0, Math.floor(((x - least) / (most - least)) * bins)));
  while (bin > 0 && x < edges[bin]) bin--;
  while (bin < bins - 1 && x >= edges[bin + 1]) bin++;
  return bin + 1;
}
