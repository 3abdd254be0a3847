// Builds the site once for all its tests: files that run side by side would build over each other.

import { buildSite } from "./browser.ts";

export default () => buildSite();
