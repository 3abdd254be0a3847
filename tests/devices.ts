// The two devices of a test file, open while its tests run: the host's GPU, and the reference.

import { afterAll, beforeAll } from "vitest";
import { openDevice } from "#open-device";
import type { GpuDevice, ReferenceDevice } from "../src/index.ts";

export let device: GpuDevice;
export let reference: ReferenceDevice;

beforeAll(async () => {
  device = await openDevice();
  reference = await openDevice("reference");
});
afterAll(() => device.dispose());

/** A number of samples for a law whose errors come from them: on SwiftShader, which takes up to ten times as long, a quarter. */
export const samples = (usual: number) =>
  device.adapterKind === "swiftshader" && !__GIBBS_TEST_LONG__ ? usual / 4 : usual;

/** Leaves a test out where SwiftShader takes too long for it; GIBBS_TEST_LONG=1 makes it there, too. */
export function skipSlow(skip: (condition: boolean, note: string) => void): void {
  skip(device.adapterKind === "swiftshader" && !__GIBBS_TEST_LONG__, "SwiftShader takes long; GIBBS_TEST_LONG=1");
}
