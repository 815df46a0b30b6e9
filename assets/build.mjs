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
const vietnamese =
  "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323" + range(0x1ea0, 0x1ef9);
const marks = "\u00a0§©«°±²³·»½×÷–—‘’“”•…‰′″₫€←↑→↓−≤≥\u2010\u2011";
const letters = range(0x20, 0x7e) + vietnamese + marks;

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

// One file a weight: a Vietnamese letter is made of the parts that its Latin
// letters are made of, which two files would both hold.
for (const [weight, name] of [[400, "400Regular/BeVietnamPro_400Regular"], [600, "600SemiBold/BeVietnamPro_600SemiBold"]]) {
  const font = await readFile(join(modules, "@expo-google-fonts/be-vietnam-pro", name + ".ttf"));
  await put(`be-vietnam-pro-${weight}.woff2`, await subsetFont(font, letters, { targetFormat: "woff2", noHinting: true }), false);
}

await put("OFL.txt", await readFile(join(here, "licences", "OFL.txt")), false);
await put("govuk-frontend.txt", await readFile(join(here, "licences", "govuk-frontend.txt")), false);
for (const name of ["logo.svg", "icon.svg"]) {
  await put(name, await readFile(join(here, "src", name)), true);
}

for (const [name, bytes, wire] of sizes) {
  console.log(`${name.padEnd(36)} ${String(bytes).padStart(7)} bytes ${String(wire).padStart(7)} over the wire`);
}
