// Threefry4x32: the CPU twin of shaders/common/threefry.wgsl, and the rules by which gibbs addresses random numbers.

/** The rotations of Threefry4x32, one pair a round, repeating after eight (Salmon et al. 2011, table 2). */
const ROTATIONS = [
  [10, 26],
  [11, 21],
  [13, 27],
  [23, 5],
  [6, 20],
  [17, 11],
  [25, 10],
  [18, 20],
] as const;

const rotateLeft = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/** Four 32-bit words, each 0 … 2³² − 1. */
export type Words4 = readonly [number, number, number, number];

/**
 * Threefry4x32: four random words for a counter under a key.
 *
 * Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, doi 10.1145/2063384.2063405.
 * Agrees with the Random123 library's known answers (`tests/data/random123_kat.txt`).
 *
 * @param rounds 20, the library's default with a wide margin; 12 is the fewest without a known statistical flaw.
 */
export function threefry4x32(counter: Words4, key: Words4, rounds = 20): [number, number, number, number] {
  const subkeys = [...key, 0x1bd11bda ^ key[0] ^ key[1] ^ key[2] ^ key[3]];
  let [x0, x1, x2, x3] = counter.map((word, i) => (word + key[i]) | 0) as [number, number, number, number];
  for (let round = 0; round < rounds; round++) {
    const [left, right] = ROTATIONS[round % 8];
    if (round % 2 === 0) {
      x0 = (x0 + x1) | 0;
      x1 = rotateLeft(x1, left) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = rotateLeft(x3, right) ^ x2;
    } else {
      x0 = (x0 + x3) | 0;
      x3 = rotateLeft(x3, left) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = rotateLeft(x1, right) ^ x2;
    }
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + subkeys[injection % 5]) | 0;
      x1 = (x1 + subkeys[(injection + 1) % 5]) | 0;
      x2 = (x2 + subkeys[(injection + 2) % 5]) | 0;
      x3 = (x3 + subkeys[(injection + 3) % 5] + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0, x2 >>> 0, x3 >>> 0];
}

/**
 * The key of a random stream: the 64-bit seed, what the numbers are for, and the replica.
 *
 * The seed belongs in the key: added to a counter, neighbouring seeds would share most of their numbers.
 *
 * @param purpose a number that no other use of random numbers has (`streamPurpose`).
 */
export function streamKey(seed: bigint, purpose: number, replica: number): Words4 {
  return [...seedWords(seed), purpose >>> 0, replica >>> 0];
}

/** A seed's low and high word. */
export function seedWords(seed: bigint): [number, number] {
  return [Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn)];
}

/** The number that keeps the streams of different models, and of one model's different uses, apart. */
export function streamPurpose(model: number, use: number): number {
  return ((model << 8) | use) >>> 0;
}
