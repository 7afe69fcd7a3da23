// The view of sources: the roots of footage, with their settings; adding, changing, scanning, checking and removing them.

import { get, post, remove } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { ask, choice, confirm, field, options, showSecret } from "/page/form.js";
import { plural } from "/page/format.js";
import { part, rowButton } from "/page/part.js";
import { may } from "/page/session.js";
import { checkSource } from "./check.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("dampipe-api").Answer<"get", "/sources">[number]} Source */
/** @typedef {import("/page/part.js").Act} Act */

/** @type {[Schemas["Tier"], string, string][]} */
const TIERS = [
  ["hot", "Hot", "Read at once and at full speed: where people edit"], ["nearline", "Nearline", "Read at once, but slowly or at a price"],
  ["cold", "Cold", "Read perhaps only after it was restored"], ["offline", "Offline", "Read when a person has connected the medium"],
];
/** Numbers of the cost model that a person is asked for. @type {[("gb_month" | "egress_gb"), string][]} */
const COSTS = [["gb_month", "A gigabyte for a month"], ["egress_gb", "Reading a gigabyte"]];

/** Lines of a text area, those that say something. @param {string} text */
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** Ask for the settings of a source, and write them. source: null for a new one. @param {Source | null} source @param {Act} act */
function edit(source, act) {
  const value = (/** @type {string | undefined} */ text) => text ?? "";
  const area = (/** @type {string} */ label, /** @type {string} */ name, /** @type {readonly string[]} */ given, /** @type {string} */ hint) =>
    h("label", {}, h("span", {}, label), h("textarea", { name, rows: 2, class: "code", spellcheck: false, maxLength: 20000, value: given.join("\n") }), h("small", {}, hint));
  const fields = [
    field("Name", { name: "name", value: value(source?.name), autocomplete: "off", maxLength: 100, autofocus: !source, placeholder: "footage" }),
    source ? h("p", {}, h("code", {}, source.root)) : field("Folder or URL", { name: "path", autocomplete: "off", maxLength: 4096, placeholder: "/mnt/footage, s3://bucket/footage", hint: "As the server sees it: below a source or a folder of the setting scan_roots." }),
    options("Tier", "tier", "radio", TIERS, [source?.tier ?? "hot"]),
    field("Where the medium is", { name: "label", value: value(source?.label), required: false, maxLength: 200, placeholder: "shelf B, LTO 17", hint: "Of an offline source." }),
    options("What dampipe may do there", "managed", "checkbox", [["yes", "Write to it", "Imports, uploads and policies put files there; otherwise it is only ever read"]], source?.managed ? ["yes"] : []),
    choice("A changed file at the same path", "versions", [["footage", "is a version of its asset where it shows the same footage"], ["path", "is always a version of its asset"]], source?.versions ?? "footage"),
    h("details", {}, h("summary", {}, "Patterns and costs"), h("div", { class: "stack" },
      area("Only files that match", "include", source?.include ?? [], "Patterns as in .gitignore, one a line; none: all footage."),
      area("Not these", "exclude", source?.exclude ?? [], "Patterns of what scans skip, one a line."),
      field("Currency", { name: "currency", value: source?.cost.currency ?? "USD", required: false, maxLength: 3 }),
      ...COSTS.map(([name, label]) => field(label, { name, type: "number", min: 0, step: "any", value: String(source?.cost[name] ?? 0), required: false })))),
  ];
  ask(source ? `Change ${source.name}` : "Add a source", fields, source ? "Save" : "Add", async (given) => {
    const cost = { ...source?.cost, currency: given.currency.trim() || "USD", ...Object.fromEntries(COSTS.map(([name]) => [name, Number(given[name] || 0)])) };
    await post("/sources", {
      name: given.name.trim(), path: source ? source.root : given.path.trim(), tier: given.tier, label: given.label.trim(), managed: given.managed === "yes",
      versions: given.versions, include: lines(given.include), exclude: lines(given.exclude), path_maps: source?.path_maps ?? {}, cost,
    });
    return () => act(() => (source ? `${given.name.trim()} is changed.` : `${given.name.trim()} is added. Scan it to find its footage.`));
  });
}

/** How a storage says that something has changed, with the token that it needs. @param {Source} source @param {Act} act */
function notifications(source, act) {
  const url = `${location.origin}/api/v1/sources/${encodeURIComponent(source.name)}/notifications`;
  const text = h("p", {}, "A storage that tells when something has changed spares waiting for the next scan. It posts to this address, in the form of S3, SNS, EventBridge, MinIO or Ceph, or as a list of keys:");
  const name = field("Name of its token", { name: "token", value: `notify-${source.name}`.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 60), maxLength: 100, hint: "The storage sends it in the header Authorization. It may do nothing else." });
  ask(`Notifications of ${source.name}`, [text, h("code", { class: "secret" }, url), ...(may("admin") ? [name] : [h("p", { class: "hint" }, "An administrator makes its token.")])], may("admin") ? "Make a token" : "Close", async (given) => {
    if (!given.token) return undefined;
    const { token } = await post("/tokens", { name: given.token.trim(), scopes: ["notify"] });
    return () => {
      act(() => `${given.token} is made.`);
      showSecret(`The token ${given.token}`, `Bearer ${token}`, url);
    };
  });
}

/** @param {Source} source @param {Act} act */
function item(source, act) {
  const { name, root, present, missing, reachable, tier, label, managed, include, exclude } = source;
  const scan = () => act(async () => {
    const { scans } = await post("/sync", { sources: [name] });
    return `${name} is scanned (scan ${scans.join(", ")}).`;
  });
  const askRemove = () => confirm(`Remove ${name}?`, `Where its ${plural(present + missing, "file")} are is forgotten. The files stay, and what was made of them is kept until the library is cleaned up.`, "Remove", async () => {
    await remove(`/sources/${encodeURIComponent(name)}`);
    return () => act(() => `${name} is removed.`);
  });
  const patterns = [include.length ? `only ${include.join(", ")}` : "", exclude.length ? `not ${exclude.join(", ")}` : ""].filter(Boolean);
  return h("li", { class: "entry" },
    h("div", {}, h("h3", {}, name, " ", h("span", { class: "chip" }, tier), managed ? h("span", { class: "chip" }, "managed") : null),
      h("p", {}, h("code", {}, root)), h("p", {}, [`${plural(present, "file")}`, missing ? `${missing.toLocaleString()} missing` : "", label, ...patterns].filter(Boolean).join(" · ")),
      reachable ? null : h("p", { class: "problem" }, "It does not answer: its disk is not mounted, or its storage is away. Nothing of it is marked as missing meanwhile.")),
    h("div", { class: "actions" },
      may("scan") ? rowButton("Scan", name, scan) : null,
      may("manage") ? [rowButton("Check …", name, () => checkSource(name)), rowButton("Change …", name, () => edit(source, act)), rowButton("Notifications …", name, () => notifications(source, act)), rowButton("Remove …", name, askRemove, { style: "danger" })] : null));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function show(main, signal) {
  const draw = (/** @type {Source[]} */ found, /** @type {Act} */ act) => (found.length ? h("ul", { class: "entries" }, found.map((source) => item(source, act)))
    : notice("There are no sources yet.", "A source is a folder, a share or a bucket with footage. A scan of a folder makes it one."));
  const button = (/** @type {Act} */ act) => (may("manage") ? [h("button", { class: "primary", "data-key": "add", onclick: () => edit(null, act) }, "Add a source …")] : []);
  const { element, refresh } = part("Sources", button, () => get("/sources", {}, signal), draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, ["asset.", "copy.", "import."], () => refresh().catch(() => {}), { pause: 5000 });
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/sources", area: "settings", order: 30, label: "Sources", scope: "read", show }];
