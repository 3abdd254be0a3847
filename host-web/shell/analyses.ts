// Buttons of what takes its time: the verification, a scan, and the correlation function.

import { find, onClickOnce } from "./elements.ts";
import type { Requester } from "./requester.ts";
import type { Telemetry } from "./telemetry.ts";

export function addAnalyses(requester: Requester, telemetry: Telemetry): void {
  onClickOnce("verify", async () => {
    const box = find("verdict");
    box.className = "verdict";
    box.textContent = "The reference is working…";
    const verdict = await requester.request("verify", {});
    if (!verdict) {
      box.textContent = "";
      return;
    }
    box.classList.add(verdict.equal ? "good" : "bad");
    box.textContent = verdict.summary;
  });
  onClickOnce("scan", async () => {
    const result = await requester.request("scan", {});
    for (const { title, unit, curves, log } of result?.plots ?? []) {
      await telemetry.showExtra(`${title} (${unit})`, result!.x, curves, log);
    }
  });
  onClickOnce("correlation", async () => {
    const curves = await requester.request("correlation", {});
    if (curves) await telemetry.showExtra("Correlation function C(r)", "distance r", curves);
  });
}
