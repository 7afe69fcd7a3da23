// The view that cleans the library up: what missing files leave behind is counted first, and then removed.

import { get, post } from "/page/api.js";
import { h } from "/page/dom.js";
import { confirm, form, options } from "/page/form.js";
import { bytes, plural } from "/page/format.js";
import { part } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { isOpen, requestItem } from "/page/requests.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["PruneState"]} Prune */

/** Whether there is anything that would go. @param {Prune} prune */
const isSomething = ({ order, removed: found }) => Boolean(found && (found.locations || found.assets || found.leftovers || found.work_folders || (order.annotations && found.annotated)));

/** What a prune has removed, or would remove. @param {Prune} prune */
function report({ order, removed: found }) {
  if (!found) return [];
  const verb = order.dry_run ? "Would be removed" : "Removed";
  const lines = [`${verb}: ${plural(found.locations, "missing file")}, ${plural(found.assets, "asset")}, ${plural(found.vectors, "vector")}, ${plural(found.derivatives, "derivative")} (${bytes(found.bytes)}).`];
  if (order.orphans) lines.push(`${verb} as well: ${plural(found.leftovers, "derivative")} that nothing refers to (${bytes(found.leftover_bytes)}), ${plural(found.work_folders, "work folder")}.`);
  const fate = order.annotations ? (order.dry_run ? "Would be removed with" : "Removed with") : "Kept for";
  if (found.annotated) lines.push(`${fate} what people wrote: ${plural(found.annotated, "asset")} without a file.`);
  if (found.unidentified) lines.push(`All assets are kept for now: ${plural(found.unidentified, "file")} still to be identified may be among them.`);
  const paths = [...found.paths, ...found.annotated_paths];
  return [...lines.map((line) => h("p", {}, line)), paths.length ? h("details", {}, h("summary", {}, "Some of them"), h("ul", {}, paths.map((path) => h("li", {}, h("code", {}, path))))) : null];
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function show(main, signal) {
  const names = (await get("/sources", {}, signal)).map(({ name }) => name);
  /** @type {(found: Prune[]) => HTMLElement} */
  const draw = (found) => (found.length ? h("ul", {}, found.map((one) => {
    const title = `${one.order.dry_run ? "Count" : "Removal"}${one.order.source ? ` of ${one.order.source}` : ""}`;
    return requestItem(title, one, ...report(one), one.order.dry_run && !isOpen(one) && isSomething(one) ? h("p", { class: "actions" }, h("button", { type: "button", class: "danger", "data-key": `remove-${one.number}`, onclick: () => really(one) }, "Remove this …")) : null);
  })) : h("p", { class: "soft" }, "Nothing was counted or removed within a week."));
  const asked = part("Counts and removals", () => [], () => get("/prunes", {}, signal), draw);
  /** @type {(prune: Prune) => void} */
  const really = ({ order }) => confirm("Remove what missing files left behind?",
    `Footage itself is never touched; a file that comes back later is processed again.${order.annotations ? " What people wrote about these assets is deleted, and cannot be made again." : ""}`, "Remove", async () => {
      await post("/prunes", { ...order, dry_run: false });
      return () => asked.refresh();
    });
  const source = h("label", {}, h("span", {}, "Files of"), h("select", { name: "source" }, h("option", { value: "" }, "all sources"), names.map((name) => h("option", { value: name }, name))));
  const more = options("Also", "more", "checkbox", [
    ["orphans", "Derivatives that nothing refers to", "And work folders of workers that were killed"],
    ["annotations", "Assets that people wrote something about", "Tags, comments and metadata of assets without a file are lost for good"]]);
  const asking = form("Clean up", [h("p", { class: "soft" }, "Files that are gone for good stay in the catalogue until they are removed here, with the previews, proxies and vectors that were made of them. Footage itself is never touched."), source, more],
    "Count", async (given) => {
      await post("/prunes", { source: given.source || null, orphans: given.more.includes("orphans"), annotations: given.more.includes("annotations"), dry_run: true });
      await asked.refresh();
    }, { lists: ["more"] });
  await showParts(main, signal, [{ element: h("section", { class: "part" }, asking), refresh: async () => {} }, asked], { withStatus: true });
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/prune", area: "settings", order: 78, label: "Clean up", scope: "manage", show }];
