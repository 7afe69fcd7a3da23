// The tags of an asset in the player: links to all assets with a tag, a button that takes it away, a field that adds one.

import { get, post, problemOf, remove } from "/page/api.js";
import { editMany } from "/page/bulk-edit.js";
import { h } from "/page/dom.js";
import { asked, field, options } from "/page/form.js";
import { plural } from "/page/format.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/**
 * The rows that this feature adds to an asset's details: pairs of a heading and an element.
 * @param {Schemas["Details"]} asset
 */
export function details({ video, tags }) {
  if (!may("edit")) return tags.length ? [["Tags", h("span", { class: "tags" }, tags.map((tag) => h("span", { class: "chip" }, link(tag))))]] : [];
  return [["Tags", editor(video.sha1, tags)]];
}

/** @param {string} tag */
const link = (tag) => h("a", { href: `#/search?${new URLSearchParams({ tag })}` }, tag);

/** @param {string} sha1 @param {string[]} tags */
function editor(sha1, tags) {
  const list = h("span", { class: "tags" });
  const message = h("small", { role: "status" });
  const suggestions = h("datalist", { id: "all-tags" });
  const field = h("input", { name: "tag", placeholder: "interview", maxLength: 100, list: "all-tags", autocomplete: "off", "aria-label": "Another tag" });
  get("/tags").then((known) => suggestions.replaceChildren(...known.map((tag) => h("option", { value: tag.name }))), () => {});

  /** @param {() => Promise<unknown>} call */
  async function change(call) {
    try {
      await call();
      show((await get(`/assets/${sha1}`)).tags);
      message.textContent = "";
    } catch (error) {
      const problem = problemOf(error);
      message.textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
    }
  }
  /** @param {string[]} tags */
  function show(tags) {
    list.replaceChildren(...tags.map((tag) => h("span", { class: "chip" },
      link(tag), " ",
      h("button", { type: "button", class: "plain", "aria-label": `Take the tag ${tag} away`, onclick: () => change(() => remove(`/assets/${sha1}/tags/${encodeURIComponent(tag)}`)) }, "×"))));
  }
  /** @param {Event} event */
  async function add(event) {
    event.preventDefault();
    const name = field.value.trim();
    if (!name) return;
    await change(() => post(`/assets/${sha1}/tags`, { name }));
    field.value = "";
  }
  show(tags);
  return h("form", { class: "tagging", onsubmit: add }, list, field, suggestions, h("button", { class: "small" }, "Add tag"), message);
}

/** Words with commas between them. @param {string} text */
const words = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "tag", label: "Tags …", scope: "edit", order: 10, keys: ["t"],
  async run(chosen) {
    const known = h("datalist", { id: "known-tags" });
    get("/tags").then((tags) => known.replaceChildren(...tags.map((tag) => h("option", { value: tag.name }))), () => {});
    const more = { autocomplete: "off", list: "known-tags", maxLength: 1000 };
    const fields = [
      field("Tags", { ...more, name: "tags", placeholder: "interview, exterior", autofocus: true, hint: "Several have commas between them." }), known,
      options("What", "how", "radio", [["add", "Add them"], ["remove", "Take them away"]], ["add"]),
    ];
    return asked(`Tags of ${plural(chosen.count, "asset")}`, fields, "Apply", async ({ tags, how }) => {
      const named = words(tags);
      if (!named.length) throw new Error("Give a tag.");
      return editMany(chosen, { [how]: { tags: named } }, how === "add" ? `Tagged ${named.join(", ")}` : `No longer tagged ${named.join(", ")}`);
    });
  },
}];
