// The text in a file's bytes: UTF-8, or what a byte order mark or an XML declaration says.

/** Never fails: bytes that are no text of its encoding become �. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): string {
  const begins = (...words: number[]) => words.every((byte, i) => bytes[i] === byte);
  if (begins(0xff, 0xfe) || begins(0x3c, 0)) return "utf-16le";
  if (begins(0xfe, 0xff) || begins(0, 0x3c)) return "utf-16be";
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1] ?? "utf-8";
  // A file that says it is UTF-16 and begins with one byte a character is not.
  return isKnown(declared) && !/^utf-?16/i.test(declared) ? declared : "utf-8";
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false; // an encoding of no name that decoders know
  }
}
