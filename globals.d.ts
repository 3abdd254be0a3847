/** The version in package.json, put in by Vite (`define`) in builds and tests. */
declare const __GIBBS_VERSION__: string;
