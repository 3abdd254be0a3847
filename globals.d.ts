/** The version in package.json, put in by Vite (`define`) in builds and tests. */
declare const __GIBBS_VERSION__: string;
/** The commit of git from which this was built, with a "+" where its sources had changes; "" outside a checkout. */
declare const __GIBBS_COMMIT__: string;
/** In tests: statistics as large as they can be (GIBBS_TEST_LONG=1). */
declare const __GIBBS_TEST_LONG__: boolean;
/** For each shader file below shaders/ its layout as `encoded` of scripts/wgsl.js writes it; put in by that plugin of Vite. */
declare module "virtual:gibbs/layouts" {
  const layouts: Readonly<Record<string, string>>;
  export default layouts;
}
/** Of all models how their pages draw them; host-web/build/declared.ts makes it. */
declare module "virtual:gibbs/scenes" {
  export const scenes: Record<
    string,
    (() => Promise<{ scene: import("./host-web/worker/scene.ts").SceneModule }>) | undefined
  >;
}
/** Of all models how they are loaded, each alone; host-web/build/declared.ts makes it. */
declare module "virtual:gibbs/models" {
  export const models: Record<string, (() => Promise<import("./src/models/index.ts").AnyModel>) | undefined>;
}
