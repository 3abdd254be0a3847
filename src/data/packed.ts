// Bytes that came deflated, as base64.

import { base64Bytes } from "../files/base64.ts";

export async function unpacked(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([base64Bytes(text)!]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
