// Make the modules of other projects that the page serves: one ES module each, with its licence beside it. `make vendor`
// runs this after a version was changed in package.json. With --check it writes nothing, and fails where a module is not what
// it would make.

import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const OUT = new URL("../../dampipe/web/page/vendor/", import.meta.url);

/** What the page has of each package: the entry that is bundled, and the file of its licence. */
const MODULES = [
  {
    name: "lit",
    licence: "LICENSE",
    entry: `
      export { LitElement, css, html, nothing, render, svg } from "lit";
      export { classMap } from "lit/directives/class-map.js";
      export { createRef, ref } from "lit/directives/ref.js";
      export { guard } from "lit/directives/guard.js";
      export { ifDefined } from "lit/directives/if-defined.js";
      export { keyed } from "lit/directives/keyed.js";
      export { live } from "lit/directives/live.js";
      export { repeat } from "lit/directives/repeat.js";
      export { styleMap } from "lit/directives/style-map.js";
      export { until } from "lit/directives/until.js";`,
  },
  { name: "tus-js-client", licence: "LICENSE", entry: `export { DetailedError, Upload } from "tus-js-client";` },
];

const packageOf = async (name) => JSON.parse(await readFile(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8"));

const isCheck = process.argv.includes("--check");

/** Write a file, or check that it is as it would be written. */
async function put(name, content) {
  const url = new URL(name, OUT);
  if (!isCheck) return writeFile(url, content);
  if ((await readFile(url, "utf8").catch(() => "")) === content) return undefined;
  console.error(`dampipe/web/page/vendor/${name} is not what \`make vendor\` makes: run it`);
  process.exitCode = 1;
  return undefined;
}

for (const { name, licence, entry } of MODULES) {
  const { version, license } = await packageOf(name);
  const { outputFiles: [made] } = await build({
    stdin: { contents: entry, resolveDir: new URL(".", import.meta.url).pathname, sourcefile: `${name}.entry.js` },
    bundle: true, minify: true, write: false, format: "esm", target: "es2022", legalComments: "none",
    banner: { js: `// ${name} ${version}, ${license}; ${name}.LICENSE is its licence. Made by \`make vendor\`; not to be edited.` },
  });
  await put(`${name}.js`, made.text);
  await put(`${name}.LICENSE`, await readFile(new URL(`node_modules/${name}/${licence}`, import.meta.url), "utf8"));
  // The types of the bundle are those of the package, which only the type checker reads.
  await put(`${name}.d.ts`, `${entry.trim().split("\n").map((line) => line.trim()).join("\n")}\n`);
  if (!isCheck) console.log(`${name} ${version}`);
}
