// What the page and its worker tell each other.

export type Request = { canvas: OffscreenCanvas; temperature: number } | { temperature: number };
export type Report = { sweeps: number; energy: number; magnetization: number } | { error: string };
