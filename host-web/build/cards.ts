// How a page looks where its link is shared. Crawlers take absolute addresses alone: with GIBBS_SITE=https://…/ in the environment of the build
// a card has a picture, without it none.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { escapeHtml } from "../../src/files/html.ts";
import { ROOT } from "./models.ts";
import { runs } from "./runs.ts";

/** Pictures of pages that are no model's. */
const PICTURES: Record<string, string> = { "": "ising/preview.jpg", gallery: `gallery/${runs[0].id}.jpg` };

export interface Card {
  title: string;
  description: string;
  /** The page's own below the site's. */
  folder: string;
}

/** Title and description are HTML already. */
export function card({ title, description, folder }: Card): string {
  const path = PICTURES[folder] ?? `${folder}/preview.jpg`;
  const site = siteOf(process.env.GIBBS_SITE);
  const picture = site && existsSync(join(ROOT, "public", path)) ? new URL(path, site).href : undefined;
  const property = (name: string, content: string) => `<meta property="og:${name}" content="${content}">`;
  return [
    property("title", title),
    property("description", description),
    property("type", "website"),
    property("site_name", "gibbs"),
    ...(site ? [property("url", escapeHtml(new URL(folder && `${folder}/`, site).href))] : []),
    ...(picture ? [property("image", escapeHtml(picture)), property("image:alt", title)] : []),
    `<meta name="twitter:card" content="${picture ? "summary_large_image" : "summary"}">`,
  ].join("\n");
}

/** @throws Error for what is no address of a folder */
function siteOf(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  if (!/^https?:\/\/[^?#]+$/.test(text))
    throw new Error(`GIBBS_SITE="${text}": give the site's address, as in https://example.org/gibbs/`);
  return new URL(text.endsWith("/") ? text : `${text}/`);
}
