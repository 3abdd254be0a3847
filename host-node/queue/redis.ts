// The Redis of a queue: its address, a connection to it, and its errors in words.

import { Redis } from "ioredis";
import { QueueError, UsageError } from "../cli/errors.ts";

/** Where a Redis is, and how it is shown: without its password. */
export interface Address {
  options: {
    host: string;
    port: number;
    db: number;
    username?: string;
    password?: string;
    tls?: { servername: string };
  };
  shown: string;
}

const PORT = 6379;
/** Milliseconds in which a Redis has to answer at first. */
const PATIENCE = 5000;

/**
 * @param text redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE], or rediss:// for TLS
 * @param environment REDISCLI_AUTH is the password where `text` has none, as for redis-cli
 * @throws UsageError
 */
export function addressOf(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Address {
  const no = (why: string) =>
    new UsageError(`queue: ${why}; give redis://HOST, redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS.`);
  if (!URL.canParse(text)) throw no("this is no URL");
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  if (protocol !== "redis:" && protocol !== "rediss:") throw no(`${protocol}// is no Redis`);
  if (hostname === "") throw no("the host is missing");
  if (!/^(\/\d*)?$/.test(pathname)) throw no(`"${pathname.slice(1)}" is no number of a database`);
  if (search || hash) throw no(`"${search}${hash}" is unknown`);
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw no("a % that begins no code of a character (write % as %25, or use REDISCLI_AUTH)");
    }
  };
  const secret = password === "" ? environment.REDISCLI_AUTH : decoded(password);
  const host = decoded(hostname).replace(/^\[(.*)\]$/, "$1");
  const db = Number(pathname.slice(1));
  const user = username === "" ? "" : `${username}@`;
  return {
    options: {
      ...{ host, port: port === "" ? PORT : Number(port), db },
      ...(username && { username: decoded(username) }),
      ...(secret && { password: secret }),
      ...(protocol === "rediss:" && { tls: { servername: host } }),
    },
    shown: `${protocol}//${user}${hostname}${port && `:${port}`}${db > 0 ? `/${db}` : ""}`,
  };
}

/**
 * Opens a connection. A Redis that goes away later is waited for.
 *
 * @param onChange called with false when the connection is lost, with true when it is back
 * @throws QueueError for a Redis that does not answer or that refuses
 */
export async function connect(address: Address, onChange: (there: boolean) => void): Promise<Redis> {
  let isOpen = false;
  let last: Error | undefined;
  const redis = new Redis({
    ...address.options,
    ...{ lazyConnect: true, connectTimeout: PATIENCE, maxRetriesPerRequest: null },
    retryStrategy: (times) => (isOpen ? Math.min(100 * times, 2000) : null),
  });
  redis.on("error", (error: Error) => (last = error));
  try {
    await redis.connect();
    await redis.select(address.options.db); // its failure at the connection is an event alone
  } catch (error) {
    redis.disconnect();
    throw new QueueError(`queue ${address.shown}: ${reasonOf(last ?? (error as Error))}.`);
  }
  isOpen = true;
  let there = true;
  const change = (now: boolean) => {
    if (there !== now) onChange(now);
    there = now;
  };
  redis.on("close", () => change(false));
  redis.on("ready", () => change(true));
  return redis;
}

const REASONS: [pattern: RegExp, text: string][] = [
  [/ECONNREFUSED/, "nothing listens there; start redis-server, or correct the host and the port"],
  [/ENOTFOUND|EAI_AGAIN/, "there is no such host"],
  [/ETIMEDOUT/, `no answer within ${PATIENCE / 1000} s; a firewall, another port, or rediss:// where Redis has no TLS`],
  [/WRONGPASS/, "the user or the password is wrong"],
  [/NOAUTH/, "it asks for a password; give redis://:PASSWORD@HOST, or REDISCLI_AUTH"],
  [/NOPERM/, "the user may not run the commands that a queue needs"],
  [/^\S* ?(EXECABORT.*)?OOM|maxmemory/, "it is full: raise maxmemory, or drop runs by gibbs queue --drop"],
  [/READONLY/, "it is a read-only replica; give the primary"],
  [/MISCONF/, "it cannot write to its disk"],
  [/WRONGTYPE/, "a key of the queue holds something else; use another database"],
  [/CERT|certificate/i, "its certificate is not trusted; name the authority's file by NODE_EXTRA_CA_CERTS"],
  [/DB index/, "it has no database of this number"],
];

/** What Redis refuses, as an error of the queue; other errors as they are. */
export function asQueueError(error: unknown, { shown }: Address): unknown {
  const isRefusal = error instanceof Error && /^(ReplyError|MaxRetriesPerRequestError)$/.test(error.name);
  return isRefusal ? new QueueError(`queue ${shown}: ${reasonOf(error)}.`) : error;
}

/** An error of Redis in words. */
function reasonOf(error: Error & { code?: string }): string {
  const text = `${error.code ?? ""} ${error.message}`;
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? error.message;
}
