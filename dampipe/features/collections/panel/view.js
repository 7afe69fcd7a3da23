// The view of collections: the tree, and beside it one collection with its items, or what there is at the top.

import { writeAddress } from "/page/address.js";
import { derivative, describe, get, post } from "/page/api.js";
import { h, notice, redraw } from "/page/dom.js";
import { doAndSay } from "/page/done.js";
import { follow, newest } from "/page/follow.js";
import { dateTime, plural } from "/page/format.js";
import { menuButton } from "/page/menu.js";
import { may as mayDo } from "/page/session.js";
import { may, undo } from "./acts.js";
import { make } from "./dialogs.js";
import { itemGrid } from "./items.js";
import { exportAs, FORMATS, menuOf, share } from "./menu.js";
import { collectionTree } from "./tree.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./acts.js").Collection} Collection */

/** Milliseconds after which what others have changed is read. */
const PAUSE = 150;
/** Events by which items look otherwise, */
const ITEMS = ["subclip.changed", "asset.merged", "asset.split", "version."];
/** and by which a saved search may find others. */
const FOUND_BY = ["metadata.", "tag.", "workflow.", "licence.", "asset."];

/** A card of a collection, with its cover once it comes into view. @param {Collection} one @param {AbortSignal} signal */
function collectionCard(one, signal) {
  const picture = h("span", { class: "picture bare" });
  const watcher = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    const { cover, items } = await get(`/collections/${one.id}`, {}, signal).catch(() => ({ cover: null, items: null }));
    if (typeof items === "number") count.textContent = plural(items, "item");
    if (!cover) return;
    const image = h("img", { src: derivative(cover, "poster"), alt: "" });
    image.addEventListener("load", () => picture.classList.remove("bare"));
    picture.append(image);
  });
  const count = h("p", {}, one.filters ? "Saved search" : plural(one.items ?? 0, "item"));
  watcher.observe(picture);
  signal.addEventListener("abort", () => watcher.disconnect());
  return h("a", { class: "collection-card", href: writeAddress("/collections", { collection: one.id }), "data-key": `card-${one.id}` }, picture, h("h3", {}, one.name), count);
}

/** What a saved search asks for, as chips. @param {Collection} one */
function searchLine(one) {
  const pairs = Object.entries(one.filters ?? {}).flatMap(([name, values]) => values.map((value) => /** @type {[string, string]} */ ([name, value])));
  const chips = pairs.map(([name, value]) => h("span", { class: "chip" }, name === "where" ? value : `${name}: ${value}`));
  return h("p", { class: "query" }, chips, one.sort ? h("span", { class: "chip" }, `sorted by ${one.sort}`) : null, " ",
    h("a", { href: `#/search?${new URLSearchParams([...pairs, ...(one.sort ? [["sort", one.sort]] : [])])}` }, "Open as a search"));
}

/** What is never in a saved search, folded. @param {Collection} one @param {() => unknown} refresh */
function exclusions(one, refresh) {
  const list = h("ul", { class: "entries" });
  const details = h("details", { class: "exclusions" }, h("summary", {}, "Excluded assets"), list);
  /** @type {() => Promise<void>} */
  const draw = newest(() => get(`/collections/${one.id}/exclusions`, { limit: 1000 }), ({ items }) => {
    const back = (/** @type {Schemas["ItemReport"]} */ item) => doAndSay(async () => {
      const { edit } = await post(`/collections/${one.id}/items/remove`, /** @type {any} */ ({ items: [item.id] }));
      await Promise.all([draw(), refresh()]);
      return { done: `${item.name} is no longer excluded.`, ...(edit ? { undo: () => undo(edit) } : {}) };
    });
    redraw(list, items.length ? items.map((item) => h("li", { class: "entry" }, h("div", { class: "what" }, h("h3", {}, item.name)),
      h("div", { class: "actions" }, may(one, "edit") ? h("button", { type: "button", "aria-label": `Exclude ${item.name} no more`, onclick: () => back(item) }, "No more") : null))) : h("li", { class: "hint" }, "None."));
  });
  const update = () => details.open && draw().catch(() => {});
  details.addEventListener("toggle", update);
  return { details, update };
}

/**
 * One collection.
 * @param {HTMLElement} place
 * @param {AbortSignal} signal
 * @param {number} id
 * @param {() => readonly Collection[]} all
 * @param {() => unknown} refreshTree
 */
async function showOne(place, signal, id, all, refreshTree) {
  let one = await get(`/collections/${id}`, {}, signal);
  const head = h("div", { class: "collection-head" });
  const inner = h("div");
  const more = h("div");
  let said = "";

  const read = newest(() => get(`/collections/${id}`, {}, signal), async (found) => {
    one = found;
    await Promise.all([items.refresh(), refreshTree()]);
    draw();
  });
  const refresh = () => read().catch((problem) => {
    if (!signal.aborted) throw problem; // else another view is shown by now
  });
  const items = itemGrid(signal, () => one, refresh);
  const excluded = one.filters ? exclusions(one, refresh) : null; // once, so that it stays open

  function draw() {
    const below = all().filter(({ parent }) => parent === id);
    const json = JSON.stringify([one, below]);
    if (json === said) return;
    said = json;
    const above = all().filter((other) => other.id !== id && other.path.every((part, index) => one.path[index] === part) && other.path.length < one.path.length);
    const crumbs = h("nav", { class: "crumbs", "aria-label": "Collections above" }, h("a", { href: "#/collections" }, "Collections"),
      above.sort((a, b) => a.path.length - b.path.length).map((other) => [" / ", h("a", { href: writeAddress("/collections", { collection: other.id }) }, other.name)]).flat());
    const facts = [one.filters ? "Saved search" : "", typeof one.items === "number" ? plural(one.items, "item") : "", one.private ? "private" : "", one.owner ? `by ${one.owner}` : "", `changed ${dateTime(one.changed_at)}`];
    const buttons = [
      mayDo("share") ? h("button", { type: "button", onclick: () => share(one) }, "Share …") : null,
      mayDo("export") ? menuButton("Save as a timeline", () => Object.entries(FORMATS).map(([format, text]) => ({ label: `${text} (.${format})`, act: () => exportAs(one, format) })), { "data-key": "export" }, "Save as …") : null,
      menuButton(`What can be done with ${one.name}`, () => menuOf(one, all(), refresh), { "data-key": "menu" }),
    ];
    redraw(head, crumbs, h("div", { class: "bar" }, h("h2", {}, one.name), h("div", { class: "actions" }, buttons)),
      h("p", { class: "hint" }, facts.filter(Boolean).join(" · ")), one.description ? h("p", { class: "description" }, one.description) : null, one.filters ? searchLine(one) : null);
    redraw(inner, below.length ? h("div", { class: "grid collections" }, below.map((other) => collectionCard(other, signal))) : null);
    excluded?.update();
    redraw(more, excluded?.details,
      items.count() || below.length ? null : notice(one.filters ? "It finds nothing now." : "Nothing is in it yet.", one.filters ? "" : "Choose assets in the library and add them, or drag them here."));
  }
  await items.refresh();
  draw();
  place.replaceChildren(head, inner, items.element, more);
  const own = (/** @type {any} */ event) => event.data?.collection === id || event.data?.collection === undefined;
  const found = one.filters ? FOUND_BY : []; // a saved search finds others once what is known of assets has changed
  let isOld = false;
  document.addEventListener("server-event", ({ detail }) => (isOld ||= detail.name.startsWith("collection.") ? own(detail) : [...ITEMS, ...found].some((prefix) => detail.name.startsWith(prefix))), { signal });
  follow(signal, ["collection.", ...ITEMS, ...found], () => {
    if (isOld) refresh().catch((problem) => gone(place, problem));
    else Promise.resolve(refreshTree()).then(draw, () => {});
    isOld = false;
  }, { pause: PAUSE });
}

/** @param {HTMLElement} place @param {unknown} problem */
function gone(place, problem) {
  place.replaceChildren(notice(describe(problem), "", h("a", { class: "button", href: "#/collections" }, "All collections")));
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function collections(main, signal, parameters) {
  const current = parameters.get("collection") ?? "";
  const { element, refresh, all } = collectionTree(signal, { current });
  const place = h("section", { class: "collection", "aria-label": "Collection" });
  const buttons = mayDo("edit") ? h("div", { class: "actions" },
    h("button", { type: "button", onclick: () => make(null, false, refresh) }, "New collection"),
    h("button", { type: "button", onclick: () => make(null, true, refresh) }, "New saved search")) : null;
  const fold = h("details", { class: "tree-fold", open: !current || matchMedia("(min-width: 48.01rem)").matches }, h("summary", {}, "All collections"), element, buttons);
  await refresh();
  const layout = h("div", { class: "with-tree" }, fold, place);
  if (current) {
    await showOne(place, signal, Number(current), all, refresh).catch((problem) => {
      if (signal.aborted) throw problem;
      gone(place, problem);
    });
  } else {
    let said = "";
    const draw = () => {
      const top = all().filter(({ parent }) => parent === null || parent === undefined);
      const json = JSON.stringify(top);
      if (json === said) return;
      said = json;
      redraw(place, h("h2", {}, "Collections"), top.length ? h("div", { class: "grid collections" }, top.map((one) => collectionCard(one, signal)))
        : notice("There are no collections yet.", "A collection gathers assets and subclips for a purpose. No file is moved."));
    };
    draw();
    follow(signal, ["collection."], () => refresh().then(draw, () => {}), { pause: PAUSE });
  }
  main.replaceChildren(layout);
}



