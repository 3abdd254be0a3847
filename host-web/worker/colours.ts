// Colour maps of 256 entries that people with colour-blindness can read: lightness rises, or falls to both sides of the middle.

const MAPS: Record<string, readonly string[]> = {
  ink: ["#14202e", "#f3ead8"],
  grey: ["#000000", "#ffffff"],
  // Nuñez, Anderton, Renslow 2018, doi 10.1371/journal.pone.0199239: sampled at ten places.
  cividis: [
    "#00224e",
    "#123570",
    "#3b496c",
    "#575d6d",
    "#707173",
    "#8a8678",
    "#a59c74",
    "#c3b369",
    "#e1cc55",
    "#fee838",
  ],
  // Blue and brown, apart for every common kind of colour-blindness, with a light middle.
  diverging: ["#08306b", "#3f7fbf", "#b7d0e6", "#f6f3ee", "#e3bd94", "#b8692d", "#6b2c06"],
};

/** 256 RGBA entries. */
export function colourMap(name: string): Uint8Array {
  const anchors = (MAPS[name] ?? MAPS.ink).map(rgb);
  const map = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (anchors.length - 1);
    const left = Math.min(Math.floor(at), anchors.length - 2);
    for (let c = 0; c < 3; c++) {
      map[4 * i + c] = Math.round(anchors[left][c] + (at - left) * (anchors[left + 1][c] - anchors[left][c]));
    }
    map[4 * i + 3] = 255;
  }
  return map;
}

const rgb = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
