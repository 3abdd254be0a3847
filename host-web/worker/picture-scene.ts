// The page of a model without a scene of its own: the picture that its simulations draw, as large as it fits.

import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import { cellImage } from "./painter.ts";
import type { SceneModule } from "./scene.ts";
import { PAPER, SIZE } from "./sheet.ts";

export const pictureScene = (model: AnyModel): SceneModule<AnySimulation> => ({
  model,
  defaults: () => ({}),
  options: { mode: "picture", colours: "ink", block: 8, grid: false },
  size: () => SIZE,

  async createCanvas(simulation) {
    let picture: Awaited<ReturnType<AnySimulation["picture"]>> | undefined;
    return {
      async prepare() {
        picture = await simulation.picture();
      },
      draw(context, options, marked) {
        context.fillStyle = PAPER;
        context.fillRect(0, 0, ...SIZE);
        if (!picture) return;
        const { width, height } = picture;
        // Some pictures are of more, or less, than the state that Verify compares.
        const isState = marked?.length === width * height;
        const cells = cellImage(picture, options, isState ? marked : undefined);
        const scale = Math.min(SIZE[0] / width, SIZE[1] / height);
        const [left, top] = [(SIZE[0] - scale * width) / 2, (SIZE[1] - scale * height) / 2];
        context.imageSmoothingEnabled = scale < 1;
        context.drawImage(cells, left, top, scale * width, scale * height);
      },
    };
  },
});
