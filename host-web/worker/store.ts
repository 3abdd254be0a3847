// The page's run in the browser's own storage, on the visitor's machine, so that a reload gives it back: all that a link says, of any
// length, and with it the files that it came from; and the last checkpoint, from which it need not be made again from its beginning.

import type { Link } from "../../src/link.ts";
import { version } from "../../src/version.ts";

const NAME = "gibbs";
const RUNS = "runs";
const STATES = "states";
const WHEN = "when";
/** What no page asks for any more goes after a week, and when there are many, the oldest. */
const DAYS = 7;
const MOST = 24;
/** Checkpoints are larger than links by far. */
const MOST_STATES = 4;
/** Milliseconds that a page waits for its browser's storage. */
const PATIENCE = 3000;
/** Milliseconds a byte of a checkpoint: a disk is not worn by a page that is left open. */
const PACE = 1000 / 2 ** 18;

export interface KeptRun {
  /** Tells this run from the next one of the same page. */
  run: string;
  /** gibbs' version. */
  gibbs: string;
  when: number;
  link: Link;
}

interface KeptState {
  run: string;
  bytes: Uint8Array;
}

export class Store {
  readonly #database: IDBDatabase;
  readonly #key: string;
  #next = 0;

  private constructor(database: IDBDatabase, key: string) {
    this.#database = database;
    this.#key = key;
  }

  /** Undefined where the browser keeps nothing: in some private windows, or because its user wants it so. */
  static open(key: string): Promise<Store | undefined> {
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE));
    return Promise.race([Store.#opened(key).catch(() => undefined), late]);
  }

  static async #opened(key: string): Promise<Store> {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(RUNS).createIndex(WHEN, WHEN);
      opening.result.createObjectStore(STATES);
    };
    const database = await done(opening);
    database.onversionchange = () => database.close();
    const store = new Store(database, key);
    await store.#tidy();
    return store;
  }

  /** The run of this page, and its last checkpoint if this gibbs made it. */
  async read(model: string): Promise<{ run: string; link: Link; bytes?: Uint8Array } | undefined> {
    const transaction = this.#database.transaction([RUNS, STATES]);
    const kept = await done<KeptRun | undefined>(transaction.objectStore(RUNS).get(this.#key));
    if (kept?.link.model !== model) return undefined;
    const { run, link, gibbs } = kept;
    const state = await done<KeptState | undefined>(transaction.objectStore(STATES).get(this.#key));
    return { run, link, ...(state?.run === run && gibbs === version ? { bytes: state.bytes } : {}) };
  }

  /** The page may be gone before this has ended; it is under way by then. */
  keep(run: string, link: Link): void {
    this.#put(RUNS, { run, gibbs: version, when: Date.now(), link } satisfies KeptRun);
  }

  /** @param now what is kept has become wrong */
  keepState(run: string, bytes: Uint8Array, now = false): void {
    if (!now && performance.now() < this.#next) return;
    this.#next = performance.now() + PACE * bytes.length;
    this.#put(STATES, { run, bytes } satisfies KeptState);
  }

  forget(): void {
    this.#next = 0;
    const transaction = this.#database.transaction([RUNS, STATES], "readwrite");
    for (const name of [RUNS, STATES]) transaction.objectStore(name).delete(this.#key);
    transaction.commit();
  }

  /** A full disk costs what a reload would give back, and nothing else. */
  #put(name: string, value: object): void {
    try {
      const transaction = this.#database.transaction(name, "readwrite", { durability: "relaxed" });
      transaction.objectStore(name).put(value, this.#key);
      transaction.commit();
    } catch {
      // closed by the browser
    }
  }

  async #tidy(): Promise<void> {
    const transaction = this.#database.transaction([RUNS, STATES], "readwrite");
    // Newest first, without what they hold.
    const cursor = transaction.objectStore(RUNS).index(WHEN).openKeyCursor(null, "prev");
    const oldest = Date.now() - DAYS * 86_400_000;
    let count = 0;
    await new Promise<void>((resolve, reject) => {
      cursor.onerror = () => reject(cursor.error);
      cursor.onsuccess = () => {
        if (!cursor.result) return resolve();
        const { primaryKey, key } = cursor.result;
        count++;
        const isOld = count > MOST || Number(key) < oldest;
        if (primaryKey !== this.#key) {
          if (isOld) transaction.objectStore(RUNS).delete(primaryKey);
          if (isOld || count > MOST_STATES) transaction.objectStore(STATES).delete(primaryKey);
        }
        cursor.result.continue();
      };
    });
  }
}

const done = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    if (request instanceof IDBOpenDBRequest) request.onblocked = () => reject(new Error("blocked"));
  });
