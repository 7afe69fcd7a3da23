// The tree of sources and folders, with the number of assets in each: in a view of its own, and beside the lists of the library.

import { parseAddress, writeAddress } from "/page/address.js";
import { get } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { plural } from "/page/format.js";
import { may } from "/page/session.js";
import { page } from "/page/state.js";
import { tree } from "/page/tree.js";
import { html } from "/page/vendor/lit.js";

/** @typedef {import("dampipe-api").Schemas["FolderReport"]} Folder */

const LIMIT = 200;
/** Milliseconds: while files come in, counts are read again no more often. */
const PAUSE = 2000;
/** Events after which folders may have other assets. */
const EVENTS = ["asset.", "version.", "scan.", "file.", "source."];
const DISK = "M4 5h16v5H4zM4 14h16v5H4zM7 7.5h.01M7 16.5h.01";
const FOLDER = "M3 6h6l2 2h10v11H3z";

/** Where the assets of a folder are listed. @param {Folder} folder */
const listOf = ({ path }) => writeAddress("/", { folder: path });

/** @param {AbortSignal} signal @param {string} current the path of a folder */
function folderTree(signal, current) {
  const element = tree("Folders", /** @type {import("/page/tree.js").TreeSource<Folder>} */ ({
    load: async (of, cursor) => {
      const found = await get("/folders", { limit: LIMIT, ...(of ? { of: of.path } : {}), ...(cursor ? { after: cursor } : {}) }, signal);
      return { items: found.folders, next: found.after ?? null };
    },
    key: ({ path, is_source }) => (is_source ? `source:${path}` : path),
    name: ({ name, assets }) => `${name}, ${plural(assets, "asset")}`,
    draw: ({ name, assets, is_source }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${is_source ? DISK : FOLDER}></path></svg><span class="text">${name}</span><small>${assets.toLocaleString()}</small>`,
    hasBelow: ({ has_folders }) => has_folders,
    href: listOf,
  }), current);
  follow(signal, EVENTS, () => element.refresh().catch(() => {}), { pause: PAUSE });
  return element;
}

/** Open the folders above one. @param {import("/page/tree.js").Tree} element @param {string} path */
async function reveal(element, path) {
  const source = [...element.items.values()].find((one) => one.is_source && (path === one.path || path.startsWith(`${one.path.replace(/\/$/, "")}/`)));
  if (!source) return;
  const root = source.path.replace(/\/$/, "");
  const parts = path.slice(root.length + 1).split("/").filter(Boolean);
  const keys = [`source:${source.path}`, ...parts.map((_, index) => `${root}/${parts.slice(0, index + 1).join("/")}`)];
  element.current = keys.at(-1) ?? "";
  await element.reveal(keys);
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
async function folders(main, signal, parameters) {
  const element = folderTree(signal, "");
  await element.refresh();
  const nothing = notice("No folder has assets yet.", may("scan") ? "Scan a folder of footage." : "", may("scan") ? h("a", { class: "button", href: "#/scans" }, "Add footage") : null);
  const isEmpty = !element.items.size;
  main.replaceChildren(h("section", { class: "part folders" }, h("h2", {}, "Folders"),
    isEmpty ? nothing : h("p", { class: "hint" }, "With the number of assets in each and below it. A folder opens as a list.")), element);
  const [first, ...others] = [...element.items.values()];
  if (parameters.has("of")) await reveal(element, parameters.get("of") ?? "");
  else if (first && !others.length) await element.reveal([element.source?.key(first) ?? "", ""]); // of one source its folders
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/folders", label: "Folders", area: "library", scope: "read", order: 30, show: folders }];

/** @type {readonly import("/page/panels.js").Beside[]} */
export const beside = [{
  key: "folders", label: "Folders", order: 20,
  async show(place, signal) {
    const element = folderTree(signal, "");
    await element.refresh();
    place.append(element);
    const follows = () => {
      const folder = page.state.view === null ? null : parseAddress(page.state.view).parameters.get("folder");
      element.current = "";
      if (folder) reveal(element, folder).catch(() => {});
    };
    page.watch(["view"], follows, signal);
    follows();
  },
}];
