// What every page of text has; the others' scripts have more.

import { takeDrops } from "./drop.ts";

takeDrops();
