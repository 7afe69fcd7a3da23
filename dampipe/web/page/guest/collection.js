// A collection of a link: the collections below it, and its items in their order, page by page.

import { h, notice } from "../dom.js";
import { length, plural, timecode } from "../format.js";
import { asProblem, derivative, describe, get } from "./api.js";
import { placeOf } from "./place.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const PAGE = 60;
/** @type {Map<number, { pages: number, scroll: number }>} */
const left = new Map(); // by number: how many pages were shown, and how far they were scrolled, when one left

/** @param {Schemas["ItemReport"]} item */
function picture(item) {
  const { subclip } = item;
  const image = item.kind === "audio" || item.kind === null ? null : h("img", { src: derivative(item.asset, "poster"), alt: "", loading: "lazy", draggable: false });
  const frame = h("span", { class: image ? "picture" : "picture bare" }, image,
    item.kind === "audio" ? h("span", { class: "badge" }, "sound") : null,
    h("span", { class: "clock" }, subclip ? `${timecode(subclip.start)}–${timecode(subclip.end)}` : item.kind !== "still" && item.duration ? length(item.duration) : ""));
  image?.addEventListener("error", () => frame.classList.add("bare"));
  return frame;
}

/** @param {Schemas["ItemReport"]} item */
function itemCard(item) {
  const { subclip } = item;
  const href = subclip ? placeOf("asset", item.asset, subclip.start, subclip.end) : placeOf("asset", item.asset);
  return h("li", { class: "card" }, h("a", { href, class: "item" }, picture(item),
    h("span", { class: "name" }, subclip ? subclip.name : item.name), subclip ? h("small", {}, `part of ${item.name}`) : null));
}

/**
 * The collections above one, from the one that the link shows.
 * @param {Schemas["CollectionReport"]} one
 * @param {Map<number, Schemas["CollectionReport"]>} byNumber
 * @param {number | null} root
 */
function above(one, byNumber, root) {
  const found = [];
  /** @type {Schemas["CollectionReport"] | undefined} */
  let next = one;
  while (next && next.id !== root && next.parent !== null) {
    next = byNumber.get(next.parent);
    if (next) found.unshift(next);
  }
  return found;
}

/**
 * Draw a collection into `view`.
 * @param {HTMLElement} view
 * @param {AbortSignal} signal
 * @param {Schemas["GuestSession"]} session
 * @param {number} number
 */
export async function collection(view, signal, session, number) {
  const [one, all, first] = await Promise.all([
    get(`/collections/${number}`, {}, signal), get("/collections", {}, signal), get(`/collections/${number}/items`, { limit: PAGE }, signal)]);
  const below = all.filter(({ parent }) => parent === number);
  const crumbs = above(one, new Map(all.map((each) => [each.id, each])), session.collection);
  const list = h("ul", { class: "grid" });
  const problem = h("p", { class: "problem", role: "alert" });
  const more = h("button", { type: "button", class: "more", onclick: () => next(true) }, "Show more");
  let page = first;
  let pages = 1;

  function append() {
    const cards = page.items.map(itemCard);
    list.append(...cards);
    more.hidden = !page.after;
    return cards;
  }

  async function next(hasFocus = false) {
    more.disabled = true;
    problem.textContent = "";
    try {
      page = await get(`/collections/${number}/items`, { limit: PAGE, after: page.after }, signal);
      pages += 1;
      const [card] = append();
      if (hasFocus) card?.querySelector("a")?.focus();
    } catch (error) {
      if (asProblem(error).isEnd) document.dispatchEvent(new Event("session-ended"));
      else if (!signal.aborted) problem.textContent = describe(error);
    }
    more.disabled = false;
  }

  append();
  const before = left.get(number);
  while (before && pages < before.pages && page.after && !problem.textContent) await next();
  const isFirst = number === session.collection;
  if (!isFirst) document.title = `${one.name} – ${session.name}`;
  view.append(...[
    crumbs.length ? h("nav", { class: "crumbs", "aria-label": "Above" }, crumbs.map((each) =>
      h("a", { href: each.id === session.collection ? placeOf() : placeOf("collection", each.id) }, each.name))) : null,
    isFirst && one.name === session.name ? null : h("h2", {}, one.name),
    one.description ? h("p", { class: "description" }, one.description) : null,
    below.length ? h("section", { "aria-label": "Collections" }, h("h2", { class: "label" }, plural(below.length, "collection")),
      h("ul", { class: "folders" }, below.map((each) => h("li", {}, h("a", { class: "button", href: placeOf("collection", each.id) }, each.name))))) : null,
    list.childElementCount ? h("section", { "aria-label": "Items" }, h("h2", { class: "label" }, one.items === null ? "Items" : plural(one.items, "item")), list) : null,
    list.childElementCount || below.length ? null : notice("There is nothing in it."),
    problem, more].filter((one) => one !== null));
  view.addEventListener("shown", () => before && window.scrollTo(0, before.scroll), { once: true });
  signal.addEventListener("abort", () => left.set(number, { pages, scroll: window.scrollY }), { once: true });
}
