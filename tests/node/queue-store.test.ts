// Where large parts are: a folder, and a bucket whose service here compares each request's signature with the definition (AWS Signature Version 4,
// "Create a signed AWS API request", docs.aws.amazon.com/IAM).

import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeOf } from "../../host-node/queue/store.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string) => createHmac("sha256", key).update(data).digest();

/** The signature that a request has to have. */
function signatureOf({ method, url, headers }: IncomingMessage): string {
  const [, date, region, names] =
    /^AWS4-HMAC-SHA256 Credential=\w+\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), /.exec(
      headers.authorization ?? "",
    ) ?? [];
  const canonical = [
    method,
    ...(url ?? "").split("?").concat("").slice(0, 2),
    ...names.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    names,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = [date, region, "s3", "aws4_request"].reduce<string | Uint8Array>(hmac, `AWS4${SECRET}`);
  return createHmac("sha256", key).update(text).digest("hex");
}

describe("a bucket", () => {
  const objects = new Map<string, Buffer>();
  let server: Server;
  let environment: Record<string, string>;
  /** Requests that the service answers by 503 first. */
  let busy = 0;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const signature = /Signature=(\w+)$/.exec(request.headers.authorization ?? "")?.[1];
      const payload = request.headers["x-amz-content-sha256"];
      const answer = (status: number, content: string | Buffer = "") => response.writeHead(status).end(content);
      if (signature !== signatureOf(request)) return answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
      if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(body))
        return answer(400, "<Error><Code>BadDigest</Code></Error>");
      if (busy-- > 0) return answer(503, "<Error><Code>SlowDown</Code></Error>");
      const object = objects.get(request.url!);
      if (request.method === "PUT") objects.set(request.url!, body);
      if (request.method === "DELETE") objects.delete(request.url!);
      if (request.method !== "GET") return answer(request.method === "PUT" ? 200 : 204);
      return object ? answer(200, object) : answer(404, "<Error><Code>NoSuchKey</Code></Error>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    environment = {
      ...{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: "eu-north-1" },
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
  });
  afterAll(() => server.close());

  it("keeps bytes by name, and forgets them", async () => {
    const store = await storeOf("s3://parts-of-mine/some/where/", environment);
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * i);
    await store.put("0123-1.gibbs", bytes);
    expect([...objects.keys()]).toEqual(["/parts-of-mine/some/where/0123-1.gibbs"]);
    expect(await store.get("0123-1.gibbs")).toEqual(bytes);
    await store.remove("0123-1.gibbs");
    await store.remove("0123-1.gibbs");
    expect(objects.size).toBe(0);
    await expect(store.get("0123-1.gibbs")).rejects.toThrow(
      "s3://parts-of-mine/some/where/0123-1.gibbs: the service answered 404 NoSuchKey.",
    );
  });

  it("waits for a busy service", async () => {
    const store = await storeOf("s3://parts-of-mine", environment);
    busy = 2;
    await store.put("a.gibbs", new Uint8Array([1, 2, 3]));
    expect(await store.get("a.gibbs")).toEqual(new Uint8Array([1, 2, 3]));
  });

  it("a wrong key is named by the service's answer, a missing one and a service that is not there by ours", async () => {
    const wrong = await storeOf("s3://parts-of-mine", { ...environment, AWS_SECRET_ACCESS_KEY: "other" });
    await expect(wrong.put("a.gibbs", new Uint8Array(1))).rejects.toThrow("answered 403 SignatureDoesNotMatch");
    await expect(storeOf("s3://parts-of-mine", {})).rejects.toThrow(
      "store s3://parts-of-mine: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    );
    const nowhere = await storeOf("s3://parts-of-mine", { ...environment, AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
    await expect(nowhere.get("a.gibbs")).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 cannot be reached/);
  });
});

describe("a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "gibbs-store-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps bytes by name, and forgets them", async () => {
    const store = await storeOf(folder);
    await store.put("a.gibbs", new Uint8Array([1, 2]));
    expect(readdirSync(folder)).toEqual(["a.gibbs"]);
    expect(await store.get("a.gibbs")).toEqual(new Uint8Array([1, 2]));
    await store.remove("a.gibbs");
    await store.remove("a.gibbs");
    await expect(store.get("a.gibbs")).rejects.toThrow("a.gibbs cannot be read: there is no such file");
  });

  it.each([
    ["/no/such/folder", /the folder .* does not exist/],
    ["http://host/parts", /give a folder, or s3:/],
    ["s3://", /give s3:\/\/BUCKET/],
  ])("%s is refused", async (place, message) => {
    await expect(storeOf(place, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" })).rejects.toThrow(message);
  });
});
