// Make openapi.d.ts, the types of the API, of docs/openapi.json: `make types`. With --check it writes nothing, and fails where
// the file is not up to date. Errors are left out: every endpoint answers them in the same way.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const SOURCE = new URL("../../docs/openapi.json", import.meta.url);
const MADE = new URL("openapi.d.ts", import.meta.url);
const PREFIX = "/api/v1";

const source = await readFile(SOURCE, "utf8");
const HEAD = `// Made by \`make types\` of docs/openapi.json, SHA-256 ${createHash("sha256").update(source).digest("hex")}; not to be edited.\n\n`;
const document = JSON.parse(source);
document.paths = Object.fromEntries(Object.entries(document.paths).map(([path, methods]) => {
  for (const endpoint of Object.values(methods)) {
    for (const status of Object.keys(endpoint.responses ?? {})) if (!status.startsWith("2")) delete endpoint.responses[status];
    delete endpoint.description;
    delete endpoint.summary;
  }
  return [path.replace(PREFIX, ""), methods];
}));

// Where an answer has a field with a default, the field is always there; in what is sent it may be left out.
const references = (value) => [...JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
const { schemas } = document.components;
const sent = new Set();
const queue = Object.values(document.paths).flatMap((methods) => Object.values(methods).flatMap(({ requestBody }) => references(requestBody)));
for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (sent.has(name)) continue;
  sent.add(name);
  queue.push(...references(schemas[name]));
}
for (const [name, schema] of Object.entries(schemas)) {
  if (!sent.has(name) && schema.properties) schema.required = Object.keys(schema.properties);
}

const made = HEAD + astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false, silent: true }));
if (!process.argv.includes("--check")) await writeFile(MADE, made);
else if (made !== (await readFile(MADE, "utf8").catch(() => ""))) {
  console.error("scripts/page/openapi.d.ts is not up to date: run `make types`");
  process.exit(1);
}
