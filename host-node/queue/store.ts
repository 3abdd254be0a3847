// Where parts are that are too large for Redis: a folder that all machines see, or a bucket of an S3-compatible service.

import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AwsClient } from "aws4fetch";
import { FileError } from "../../src/device/errors.ts";
import { asUsage, UsageError } from "../cli/errors.ts";
import { checkWritable, reason, writeFileWhole } from "../files/write.ts";

/** Names are those that gibbs makes of runs and numbers; none comes from a queue. */
export interface Store {
  /** What messages call it. */
  shown: string;
  /** @throws FileError */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** @throws FileError where it is not there */
  get(name: string): Promise<Uint8Array>;
  /** Also of what is not there. */
  remove(name: string): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param place a folder, or s3://BUCKET or s3://BUCKET/PREFIX
 * @param environment of an S3 service: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, and AWS_ENDPOINT_URL_S3 or
 *   AWS_ENDPOINT_URL of one that is not Amazon's
 * @throws UsageError for a place that cannot be used
 */
export async function storeOf(place: string, environment: Environment = process.env): Promise<Store> {
  if (/^s3:/i.test(place)) return bucket(place, environment);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place))
    throw new UsageError(`store ${place}: give a folder, or s3://BUCKET/PREFIX.`);
  const path = (name: string) => join(resolve(place), name);
  await asUsage(checkWritable(path("probe")));
  return {
    shown: place,
    put: (name, bytes) => writeFileWhole(path(name), bytes),
    get: async (name) => {
      try {
        return new Uint8Array(await readFile(path(name)));
      } catch (error) {
        throw new FileError(`${path(name)} cannot be read: ${reason(error)}.`);
      }
    },
    remove: (name) => rm(path(name), { force: true }),
  };
}

function bucket(place: string, environment: Environment): Store {
  const [, name, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*?))?\/?$/i.exec(place) ?? [];
  if (name === undefined) throw new UsageError(`store ${place}: give s3://BUCKET or s3://BUCKET/PREFIX.`);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError(`store ${place}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`);
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? "us-east-1";
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  const endpoint =
    environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const client = new AwsClient({
    ...{ accessKeyId, secretAccessKey, region, service: "s3", retries: 5 },
    ...(sessionToken && { sessionToken }),
  });
  const path = [name, ...prefix.split("/").filter(Boolean)].map(encodeURIComponent).join("/");
  const send = async (object: string, init: { method: string; body?: Uint8Array<ArrayBuffer> }) => {
    const shown = `s3://${name}/${prefix ? `${prefix}/` : ""}${object}`;
    try {
      const answer = await client.fetch(`${endpoint.replace(/\/$/, "")}/${path}/${object}`, init);
      if (answer.ok || (init.method === "DELETE" && answer.status === 404)) return answer;
      const [, code = ""] = /<Code>(\w+)<\/Code>/.exec(await answer.text()) ?? [];
      throw new FileError(`${shown}: the service answered ${answer.status} ${code || answer.statusText}.`);
    } catch (error) {
      if (error instanceof FileError) throw error;
      const { cause, message } = error as Error;
      throw new FileError(
        `${shown}: ${endpoint} cannot be reached: ${(cause as Error | undefined)?.message ?? message}.`,
      );
    }
  };
  return {
    shown: place,
    put: async (object, bytes) => void (await send(object, { method: "PUT", body: new Uint8Array(bytes) })),
    get: async (object) => new Uint8Array(await (await send(object, { method: "GET" })).arrayBuffer()),
    remove: async (object) => void (await send(object, { method: "DELETE" })),
  };
}
