import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // the page works below any path
  build: { target: "es2022" },
  worker: { format: "es" }, // gibbs loads its shaders with import(), which only modules can
});
