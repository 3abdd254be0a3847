// The command `gibbs`. Results go to standard output, progress to standard error; exit 0 done, 1 failed, 2 bad usage, 3 no
// device, 130 interrupted. Never process.exit: Dawn crashes if work is in flight.

import { main } from "./cli/commands.ts";
import { abandonDevices } from "./cli/device.ts";
import { describeError, exitStatus } from "./cli/errors.ts";

/** The program is on its way out: what fails from now on is a consequence, and not worth a line. */
let leaving = false;

function fail(error: unknown): void {
  if (leaving) return;
  process.exitCode = exitStatus(error);
  process.stderr.write(describeError(error));
}

// An uncaught error must not end the process while the GPU works: free the devices and let it drain.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error) => {
    fail(error);
    leaving = true;
    abandonDevices();
  });
}
// `gibbs models | head -1`: the reader has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  leaving = true;
  abandonDevices();
});
// Nobody reads the messages any more; to complain of that there would fail again, for ever.
process.stderr.on("error", () => {});

await main(process.argv.slice(2)).catch(fail);
