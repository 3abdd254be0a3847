// Requests to the worker, whose errors the user is told, and no longer than until the same is granted; the run goes on as it was.

import type { RequestName, Requests } from "../worker/protocol.ts";
import { notify, unnotify } from "./notices.ts";
import { RequestError, type Session } from "./session.ts";

export class Requester {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The response, in a box: undefined for an error, which stands in a notice `about` it, by the name of the file that it came from. */
  async attempt<K extends RequestName>(
    name: K,
    request: Requests[K]["request"],
    about: string = name,
    file = "",
  ): Promise<{ response: Requests[K]["response"] } | undefined> {
    try {
      const response = await this.#session.request(name, request);
      unnotify(about);
      return { response };
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof RequestError && error.lost) return undefined; // of which the worker tells
      notify({ about, text: message.includes(file) ? message : `${file}: ${message}` });
      return undefined;
    }
  }

  async request<K extends RequestName>(
    name: K,
    request: Requests[K]["request"],
  ): Promise<Requests[K]["response"] | undefined> {
    return (await this.attempt(name, request))?.response;
  }
}
