// Make the modules of other projects that the page serves: one ES module each, with its licence beside it. `make vendor`
// runs this after a version was changed in package.json.

import { readFile, rm, writeFile } from "node:fs/promises";
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
];

const packageOf = async (name) => JSON.parse(await readFile(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8"));

for (const { name, licence, entry } of MODULES) {
  const { version, license } = await packageOf(name);
  await build({
    stdin: { contents: entry, resolveDir: new URL(".", import.meta.url).pathname, sourcefile: `${name}.entry.js` },
    bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none",
    banner: { js: `// ${name} ${version}, ${license}; ${name}.LICENSE is its licence. Made by \`make vendor\`; not to be edited.` },
    outfile: new URL(`${name}.js`, OUT).pathname,
  });
  await rm(new URL(`${name}.LICENSE`, OUT), { force: true });
  await writeFile(new URL(`${name}.LICENSE`, OUT), await readFile(new URL(`node_modules/${name}/${licence}`, import.meta.url)));
  // The types of the bundle are those of the package, which only the type checker reads.
  await writeFile(new URL(`${name}.d.ts`, OUT), `${entry.trim().split("\n").map((line) => line.trim()).join("\n")}\n`);
  console.log(`${name} ${version}`);
}
