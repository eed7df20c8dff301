/** Build the page into `dist`: `app` is what the service hands out, `demo` what the demo adds to it. */

import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile, mkdir, cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, basename, extname } from "node:path";
import { gzipSync } from "node:zlib";

import * as fluent from "@fluentui/tokens";
import { build } from "esbuild";

const OFFICE = '<script async src="https://appsforoffice.microsoft.com/lib/1/hosted/office.js"></script>';
const SCHEMA = "v1.27";
const TOKEN = /var\(--((?:color|font|line|border|stroke|duration|curve|spacing|shadow)\w*)\)/g;
const require = createRequire(import.meta.url);
/** What each file of the bundle imports. */
const imports = {};

await rm("dist", { recursive: true, force: true });
await mkdir("dist/assets", { recursive: true });
await mkdir("dist/demo/assets", { recursive: true });
await writeTokens();

for (const name of await readdir("../../manifest/icons")) {
  await cp(join("../../manifest/icons", name), join("dist/assets", name));
}
const icon = await copyHashed("../../manifest/icons/icon-32.png", "dist/assets");
const app = await bundle(
  { app: "src/app.ts", style: "src/styles/app.css", "signed-in": "src/signed_in.ts" },
  "dist/assets",
);
const shared = { "%ICON%": `/static/${icon}`, "%STYLE%": `/static/${app["style.css"]}` };
await writePage("pane", { "%OFFICE%": OFFICE, "%PRELOADS%": preload("pane") });
await writePage("tab", { "%OFFICE%": "", "%PRELOADS%": preload("tab") });
await write(
  "dist/signed-in.html",
  await fillIn("pages/signed-in.html", { "%SCRIPT%": `/static/${app["signed-in.js"]}` }),
);
await writeLegal();
await buildDemo();
await copySchemas();
await compress("dist/assets");
await compress("dist/demo/assets");

/** Write the tokens that the styles and scripts name, once per theme. */
async function writeTokens() {
  const names = new Set();
  for (const path of await listFiles("src")) {
    if (/\.(css|ts)$/.test(path) && !path.includes("generated")) {
      for (const [, name] of (await readFile(path, "utf8")).matchAll(TOKEN)) {
        names.add(name);
      }
    }
  }
  const themes = { light: fluent.webLightTheme, dark: fluent.webDarkTheme, contrast: fluent.teamsHighContrastTheme };
  const declare = (theme) =>
    [...names]
      .sort()
      .map((name) => {
        if (!(name in theme)) {
          throw new Error(`no Fluent token is called ${name}`);
        }
        const value =
          name === "fontFamilyBase" ? theme[name].replace("Roboto,", "Roboto, 'Inter Variable',") : theme[name];
        return `  --${name}: ${value};`;
      })
      .join("\n");
  const css = [
    `html {\n${declare(themes.light)}\n}`,
    `@media (prefers-color-scheme: dark) {\nhtml:not([data-theme]) {\n${declare(themes.dark)}\n}\n}`,
    `html[data-theme="dark"] {\n${declare(themes.dark)}\n}`,
    `html[data-theme="contrast"] {\n${declare(themes.contrast)}\n}`,
  ];
  await mkdir("src/generated", { recursive: true });
  await writeFile("src/generated/tokens.css", css.join("\n\n"));
}

/** Bundle entries into files named after their content; returns the file name of each entry and lazy part. */
async function bundle(entryPoints, outdir, options = {}) {
  const result = await build({
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    metafile: true,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".png": "file" },
    legalComments: "linked",
    logLevel: "warning",
    ...options,
  });
  const names = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const entry = Object.entries(entryPoints).find(([, source]) => output.entryPoint === source);
    if (output.entryPoint) {
      names[(entry?.[0] ?? basename(output.entryPoint, ".ts")) + extname(path)] = basename(path);
    }
    imports[basename(path)] = output.imports
      .filter(({ kind }) => kind === "import-statement")
      .map((one) => basename(one.path));
  }
  return names;
}

/** Links that let a browser fetch a part of the page, and all that it imports, before it is asked for. */
function preload(part) {
  const names = new Set();
  const add = (name) => {
    if (!names.has(name)) {
      names.add(name);
      imports[name]?.forEach(add);
    }
  };
  add(app[`${part}.js`]);
  return [...names].map((name) => `<link rel="modulepreload" href="/static/${name}" />`).join("\n    ");
}

async function writePage(surface, values) {
  const script = `/static/${app["app.js"]}`;
  await write(
    `dist/${surface}.html`,
    await fillIn("pages/page.html", { ...shared, ...values, "%SURFACE%": surface, "%SCRIPT%": script }),
  );
}

async function writeLegal() {
  const legal = JSON.parse(await readFile("src/generated/legal.json", "utf8"));
  for (const [language, texts] of Object.entries(legal)) {
    for (const [page, parts] of Object.entries(texts)) {
      const sections = Object.entries(parts)
        .filter(([key]) => !["title", "lead"].includes(key))
        .map(([key, text]) => (key.endsWith("_title") ? `<h2>${escape(text)}</h2>` : `<p>${escape(text)}</p>`));
      const content = [
        `<h1>${escape(parts.title)}</h1>`,
        `<p class="lead">${escape(parts.lead)}</p>`,
        ...sections,
        page === "privacy" ? "$firm" : "", // what the firm says of itself: filled in by the service
      ].join("");
      const values = { ...shared, "%LANGUAGE%": language, "%TITLE%": escape(parts.title), "%CONTENT%": content };
      await write(`dist/${page}.${language}.html`, await fillIn("pages/legal.html", values));
    }
  }
}

/** The demo's own page, and the real page with a small Outlook beneath it instead of Microsoft's. */
async function buildDemo() {
  const demo = await bundle({ demo: "src/demo/page.ts", style: "src/demo/demo.css" }, "dist/demo/assets");
  Object.assign(
    demo,
    await bundle({ outlook: "src/demo/outlook.ts" }, "dist/demo/assets", { format: "iife", splitting: false }),
  );
  const at = (name) => `/demo/page/${demo[name]}`;
  const values = { "%ICON%": shared["%ICON%"], "%STYLE%": at("style.css"), "%SCRIPT%": at("demo.js") };
  await write("dist/demo/demo.html", await fillIn("pages/demo.html", values));
  for (const surface of ["pane", "tab"]) {
    const page = await readFile(`dist/${surface}.html`, "utf8");
    const outlook = `<script src="${at("outlook.js")}"></script>`;
    const own = page.includes(OFFICE) ? page.replace(OFFICE, "") : page;
    await write(
      `dist/demo/${surface}.html`,
      own.replace('<script type="module"', `${outlook}\n    <script type="module"`),
    );
  }
}

/** `carnet package` checks the manifest with Microsoft's own schemas, offline. */
async function copySchemas() {
  const folder = join(require.resolve("@microsoft/app-manifest/package.json"), "../build/json-schemas/teams", SCHEMA);
  await mkdir("dist/schemas", { recursive: true });
  for (const name of ["MicrosoftTeams.schema.json", "MicrosoftTeams.Localization.schema.json"]) {
    await cp(join(folder, name), join("dist/schemas", name));
  }
}

async function compress(folder) {
  for (const name of await readdir(folder)) {
    if (/\.(js|css|svg|txt)$/.test(name)) {
      await writeFile(join(folder, `${name}.gz`), gzipSync(await readFile(join(folder, name)), { level: 9 }));
    }
  }
}

async function copyHashed(path, folder) {
  const content = await readFile(path);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const name = `${basename(path, extname(path))}-${digest}${extname(path)}`;
  await writeFile(join(folder, name), content);
  return name;
}

async function fillIn(path, values) {
  let text = await readFile(path, "utf8");
  for (const [gap, value] of Object.entries(values)) {
    text = text.replaceAll(gap, value);
  }
  return text;
}

async function write(path, text) {
  await writeFile(path, text);
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("$", "$$$$");
}

async function listFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
