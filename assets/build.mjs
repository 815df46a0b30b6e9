// Builds the files that the program embeds. Same sources and same lock file:
// same bytes.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "internal", "kernel", "web", "static");
const modules = join(here, "node_modules");

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join("");
// What Vietnamese, English and our marks need; a letter outside is shown in the
// system's type.
const letters =
  range(0x20, 0x7e) + range(0xa0, 0xff) + range(0x2010, 0x2026) + "\u2030\u2032\u2033\u20ab\u20ac\u2190\u2191\u2192\u2193\u2212" +
  "ĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0303\u0309\u0323" + range(0x1ea0, 0x1ef9);

const sizes = [];
async function put(name, data, compressed) {
  await writeFile(join(out, name), data);
  sizes.push([name, data.length, compressed ? gzipSync(data, { level: 9 }).length : data.length]);
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const css = sass.compile(join(here, "src", "site.scss"), {
  style: "compressed",
  loadPaths: [modules],
  quietDeps: true,
  charset: false,
});
await put("site.css", Buffer.from(css.css), true);

// site.js is on every page, upload.js where papers are asked for.
for (const name of ["site", "upload"]) {
  const js = await esbuild.build({
    entryPoints: [join(here, "src", name + ".mjs")],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2020"],
    legalComments: "none",
    write: false,
    absWorkingDir: here,
  });
  await put(name + ".js", Buffer.from(js.outputFiles[0].contents), true);
}

for (const weight of [400, 600]) {
  for (const part of ["latin", "vietnamese"]) {
    const font = await readFile(join(modules, "@fontsource/be-vietnam-pro/files", `be-vietnam-pro-${part}-${weight}-normal.woff2`));
    await put(`be-vietnam-pro-${part}-${weight}.woff2`, await subsetFont(font, letters, { targetFormat: "woff2", noHinting: true }), false);
  }
}

await put("OFL.txt", await readFile(join(modules, "@fontsource/be-vietnam-pro/LICENSE")), false);
await put("govuk-frontend.txt", await readFile(join(here, "licences", "govuk-frontend.txt")), false);
for (const name of ["logo.svg", "icon.svg"]) {
  await put(name, await readFile(join(here, "src", name)), true);
}

for (const [name, bytes, wire] of sizes) {
  console.log(`${name.padEnd(36)} ${String(bytes).padStart(7)} bytes ${String(wire).padStart(7)} over the wire`);
}
