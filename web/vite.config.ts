import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Write the licences of the packages that ended up in the bundle beside it. */
export function licences(script: string): Plugin {
  return {
    name: "licences",
    generateBundle() {
      const folders = new Set<string>();
      for (const id of this.getModuleIds()) {
        const found = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id);
        if (found) folders.add(found[0]);
      }
      const parts = [...folders].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
          "name" | "version" | "license",
          string
        >;
        const texts = ["LICENSE", "LICENSE.txt", "NOTICE"]
          .map((file) => join(folder, file))
          .filter(existsSync)
          .map((file) => readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim());
        return [`${name} ${version} (${license})`, ...texts].join("\n\n");
      });
      const rule = `\n\n${"-".repeat(80)}\n\n`;
      this.emitFile({
        type: "asset",
        fileName: "THIRD_PARTY_LICENSES.txt",
        source: `The script ${script} holds code of these packages.${rule}${parts.join(rule)}\n`,
      });
    },
  };
}

export default defineConfig({
  plugins: [licences("report.js")],
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: process.env["CONTRAFLOW_WEB_OUT"] ?? "../src/contraflow/report/static",
    emptyOutDir: true,
    target: "es2020",
    cssCodeSplit: false,
    reportCompressedSize: false,
    lib: {
      entry: "src/main.ts",
      formats: ["iife"],
      name: "contraflowReport",
      fileName: () => "report.js",
      cssFileName: "report",
    },
  },
});
