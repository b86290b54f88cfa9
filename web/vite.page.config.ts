import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type Plugin, defineConfig } from "vite";
import { licences } from "./vite.config";

/** Put the page's frame beside its script and style. */
function frame(): Plugin {
  return {
    name: "frame",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "index.html", source: readFileSync("page.html", "utf8") });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), licences("page.js"), frame()],
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: process.env["CONTRAFLOW_WEB_OUT"] ?? "../src/contraflow/web/static",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    reportCompressedSize: false,
    lib: { entry: "src/page/main.ts", formats: ["iife"], name: "contraflowPage", fileName: () => "page.js", cssFileName: "page" },
  },
});
