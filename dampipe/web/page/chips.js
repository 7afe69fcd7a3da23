// What is chosen in a list, above it: a chip for each filter, value of a facet, moment and picture, which takes it away.

import { API } from "./endpoint.js";
import { changed, parseAddress, writeAddress } from "./address.js";
import { h, redraw } from "./dom.js";
import { facetTypes, labelsOfFields } from "./fields.js";
import { label, names } from "./filters.js";
import { timecode } from "./format.js";
import { picture } from "./picture.js";
import { parse, write } from "./where.js";

/** An example as `like` has it: ASSET, ASSET@SECONDS, or a part of a frame. @param {string} value */
export function exampleOf(value) {
  const [sha1, time, part] = value.split("@");
  const box = part?.split(",").map(Number);
  return { sha1, time: time === undefined ? null : Number(time) || 0, box: box?.length === 4 ? { left: box[0], top: box[1], width: box[2], height: box[3] } : null };
}

/** @param {string} value */
function example(value) {
  const { sha1, time, box } = exampleOf(value);
  const image = h("img", { src: `${API}/assets/${sha1}/frame?${new URLSearchParams({ t: String(time ?? 0), height: "180" })}`, alt: "" });
  image.addEventListener("error", () => image.remove());
  const marked = box && h("span", { class: "part" });
  if (marked && box) Object.assign(marked.style, { left: `${box.left * 100}%`, top: `${box.top * 100}%`, width: `${box.width * 100}%`, height: `${box.height * 100}%` });
  const says = box ? `like a part of the frame at ${timecode(time ?? 0)}` : time === null ? "like this file" : `like the moment at ${timecode(time)}`;
  return { content: [h("span", { class: "example" }, image, marked), says], says };
}

/**
 * The chips of an address. Each is a link to the list without it; `searchPart` begins a search by a part of a dropped picture.
 * @param {HTMLElement} element
 * @param {string} address
 * @param {(blob: File) => void} searchPart
 */
export async function drawChips(element, address, searchPart) {
  const { path, parameters } = parseAddress(address);
  const target = path === "/search" ? "/search" : path;
  /** @param {URLSearchParams} query */
  const to = (query) => writeAddress(target, query);
  /** @param {string} name @param {string} value */
  const without = (name, value) => to(new URLSearchParams([...parameters].filter(([other, one]) => other !== name || one !== value)));
  /** @param {string} href @param {string} says @param {import("./dom.js").Child[]} content */
  const chip = (href, says, ...content) => h("a", { class: "chip", href, "aria-label": `Remove ${says}` }, content, h("span", { class: "cross", "aria-hidden": "true" }, "×"));
  const chips = [];
  for (const [name, value] of parameters) {
    if (!names.includes(name) || !value || name === "where") continue;
    if (name === "like") {
      const { content, says } = example(value);
      chips.push(chip(without(name, value), says, ...content));
    } else if (name === "picture") {
      const blob = picture(value);
      const image = blob && h("img", { src: URL.createObjectURL(blob), alt: "your picture" });
      image?.addEventListener("load", () => URL.revokeObjectURL(image.src));
      chips.push(chip(without(name, value), "picture", image, " your picture"));
      if (blob) chips.push(h("button", { type: "button", class: "small", onclick: () => searchPart(blob) }, "Search by a part of it"));
    } else chips.push(chip(without(name, value), `${label(name)} ${value}`, h("span", { class: "of" }, label(name)), ` ${value}`));
  }
  const where = parameters.get("where");
  if (where) {
    const [types, labels] = await Promise.all([facetTypes(), labelsOfFields()]);
    const query = parse(where, types);
    /** @param {import("./where.js").Parsed} left */
    const left = (left) => to(changed(parameters, { where: write(left) }));
    for (const [key, of] of query.picked) {
      const shown = labels.get(key) ?? key;
      /** @param {import("./where.js").Picked} kept */
      const keeping = (kept) => left({ ...query, picked: new Map(query.picked).set(key, kept) });
      for (const kind of /** @type {const} */ (["any", "not"])) {
        for (const value of of[kind]) {
          const kept = { ...of, [kind]: new Set([...of[kind]].filter((one) => one !== value)) };
          chips.push(chip(keeping(kept), `${shown} ${kind === "not" ? "not " : ""}${value}`, h("span", { class: "of" }, shown), ` ${kind === "not" ? "not " : ""}${value}`));
        }
      }
      if (of.least !== undefined || of.most !== undefined) {
        const span = of.least === undefined ? `up to ${of.most}` : of.most === undefined ? `from ${of.least}` : of.least === of.most ? of.least : `${of.least} to ${of.most}`;
        chips.push(chip(keeping({ any: of.any, not: of.not }), `${shown} ${span}`, h("span", { class: "of" }, shown), ` ${span}`));
      }
    }
    for (const condition of query.rest) chips.push(chip(left({ ...query, rest: query.rest.filter((one) => one !== condition) }), condition, h("code", {}, condition)));
  }
  if (address !== element.dataset.address) return; // another list is shown meanwhile
  if (chips.length > 1) {
    const kept = new URLSearchParams([...parameters].filter(([name]) => !names.includes(name)));
    chips.push(h("a", { class: "chip plain", href: to(kept) }, "Clear all"));
  }
  element.hidden = !chips.length;
  redraw(element, chips);
}
