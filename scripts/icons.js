// `node scripts/icons.js`: the icons of the installed site (host-web/public/icons/), spins of a lattice.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { ROOT } from "./sources.js";

const FOLDER = join(ROOT, "host-web/public/icons");
const BLUE = [0x25, 0x63, 0xeb];
const WHITE = [0xff, 0xff, 0xff];
/** Up and down. */
const SPINS = ["1101", "1001", "0110", "0010"];

/** The lattice in the middle of a square; launchers cut a maskable icon to a circle of 80 %, so there it is smaller. */
function icon(size, share) {
  const data = new Uint8Array(3 * size * size);
  const cell = Math.round((share * size) / SPINS.length);
  const edge = (size - SPINS.length * cell) / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const up = SPINS[Math.floor((y - edge) / cell)]?.[Math.floor((x - edge) / cell)] === "1";
      data.set(up ? WHITE : BLUE, 3 * (y * size + x));
    }
  }
  return encode({ width: size, height: size, data, channels: 3 });
}

mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, "icon-192.png"), icon(192, 0.75));
writeFileSync(join(FOLDER, "icon-512.png"), icon(512, 0.75));
writeFileSync(join(FOLDER, "maskable-512.png"), icon(512, 0.55));
writeFileSync(join(FOLDER, "apple-touch-icon.png"), icon(180, 0.7));
