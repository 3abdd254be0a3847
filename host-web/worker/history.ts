// What was done to the run, as a link: so at any time it can be sent, replayed, verified, or rebuilt after the device was lost.

import type { Change, Link } from "../../src/link.ts";
import { isStorable } from "./files.ts";
import type { Store } from "./store.ts";

export class History {
  link!: Link;
  /** Tells the run from those before and after it. */
  id = "";
  /** How many of the link's changes have been made. */
  changed = 0;
  /** Where a reload finds the run. */
  store: Store | undefined;

  begin(link: Link, changed: number, id: string): void {
    this.link = link;
    this.changed = changed;
    this.id = id;
    this.remember();
  }

  /** Something of the link is still to be made, with so many steps made. */
  isAhead(steps: number): boolean {
    return steps < this.link.step || this.changed < this.link.changes.length;
  }

  /** Forgets what is ahead. */
  dropAhead(steps: number): void {
    const ahead = this.isAhead(steps);
    this.link.changes.length = this.changed;
    this.link.step = steps;
    if (ahead) this.remember();
  }

  /** Adds what was done to the run; of parameters changed twice at one step only the last value counts. */
  add(change: Change): void {
    const { changes } = this.link;
    const last = changes.at(-1);
    if (change.parameters && last?.parameters && last.step === change.step && !last.paint) {
      last.parameters = { ...last.parameters, ...change.parameters };
    } else changes.push(change);
    this.changed = changes.length;
    this.link.step = change.step;
    this.remember();
  }

  /** The run up to now. */
  present(steps: number): Link {
    return { ...this.link, changes: this.link.changes.slice(0, this.changed), step: steps };
  }

  /** For a reload. */
  remember(): void {
    if (this.isStorable) this.store?.keep(this.id, this.link);
    else this.store?.forget();
  }

  get isStorable(): boolean {
    return isStorable(this.link);
  }
}
