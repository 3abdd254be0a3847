// Tells real GPUs from software ones by what an adapter says of itself, alike in both hosts. Software is never passed off as a GPU.

export type AdapterKind = "hardware" | "lavapipe" | "swiftshader" | "software";

/** The kind of an adapter; "software" is any software adapter other than the two named ones, such as WARP on Windows. */
export function adapterKind(info: GPUAdapterInfo): AdapterKind {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  if (/llvmpipe|lavapipe/i.test(words)) return "lavapipe";
  if (/swiftshader/i.test(words)) return "swiftshader";
  return info.isFallbackAdapter || /\bwarp\b|basic render/i.test(words) ? "software" : "hardware";
}
