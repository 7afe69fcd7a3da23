// The tags of an asset: each leads to what has it, and may be taken away; a field gives another.

import { get, post, remove } from "./api.js";
import { h } from "./dom.js";

/** An element that shows an asset's tags and changes them. */
export function tagging(sha1, tags) {
  const all = h("span", { class: "tags" });
  const said = h("small", { role: "status" });
  const known = h("datalist", { id: "all-tags" });
  const name = h("input", { name: "tag", placeholder: "interview", maxLength: 100, list: "all-tags", autocomplete: "off", "aria-label": "Another tag" });
  get("/tags").then((some) => known.replaceChildren(...some.map((tag) => h("option", { value: tag.name }))), () => {});

  async function change(call) {
    try {
      await call();
      show((await get(`/assets/${sha1}`)).tags);
      said.textContent = "";
    } catch (problem) {
      said.textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
    }
  }
  function show(tags) {
    all.replaceChildren(...tags.map((tag) => h("span", { class: "chip" },
      h("a", { href: `#/search?${new URLSearchParams({ tag })}` }, tag), " ",
      h("button", { type: "button", class: "plain", "aria-label": `Take the tag ${tag} away`, onclick: () => change(() => remove(`/assets/${sha1}/tags/${encodeURIComponent(tag)}`)) }, "×"))));
  }
  const add = async (event) => {
    event.preventDefault();
    const given = name.value.trim();
    if (!given) return;
    await change(() => post(`/assets/${sha1}/tags`, { name: given }));
    name.value = "";
  };
  show(tags);
  return h("form", { class: "tagging", onsubmit: add }, all, name, known, h("button", { class: "small" }, "Add tag"), said);
}
