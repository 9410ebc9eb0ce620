// Builds every asset the package ships. Deterministic: same sources and lock file, same bytes.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const out = process.argv[2] ?? join(here, "..", "src", "wishloop", "website", "static", "wishloop");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const shared = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", absWorkingDir: here };

await build({
  ...shared,
  entryPoints: { app: "src/app.css", map: "node_modules/maplibre-gl/dist/maplibre-gl.css" },
  outdir: out,
  loader: { ".woff2": "file", ".svg": "dataurl" },
  assetNames: "[name]",
});
await build({
  ...shared,
  entryPoints: { app: "src/app.ts", blur: "src/blur.ts", pow: "src/pow.ts", upload: "src/upload.ts" },
  outdir: out,
  format: "iife",
  target: ["es2019"],
});
await build({
  ...shared,
  entryPoints: { map: "src/map.ts", charts: "src/charts.ts" },
  outdir: out,
  format: "esm",
  target: ["es2022"],
});
await build({
  ...shared,
  entryPoints: { "map-worker": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs" },
  outdir: out,
  format: "esm",
  target: ["es2022"],
});
await cp(join(here, "src", "static"), out, { recursive: true });
