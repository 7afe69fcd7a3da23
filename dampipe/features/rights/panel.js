// The licences of an asset below its details: what they allow, whether a use is licensed, and, for those who keep
// licences, attaching and taking away.

import { describe, get, post } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { asked, choice } from "/page/form.js";
import { plural } from "/page/format.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/panels.js").SectionContext} SectionContext */

/** @param {string} text */
const day = (text) => text.replace("T", " ");

/** What a licence is limited to, in one line. @param {Schemas["LicenceReport"]} licence */
function limits(licence) {
  const list = (/** @type {string[]} */ terms, /** @type {string[]} */ excluded, /** @type {string} */ all) => (terms.length ? terms.join(", ") : all) + (excluded.length ? ` except ${excluded.join(", ")}` : "");
  const parts = [
    list(licence.territories, licence.excluded_territories, "worldwide"),
    list(licence.media, licence.excluded_media, "any medium"),
    licence.subject ? `for ${licence.subject}` : "",
    licence.starts ? `from ${day(licence.starts)}` : "",
    licence.embargo ? `embargo until ${day(licence.embargo)}` : "",
    licence.expires ? `until ${day(licence.expires)}` : "",
    licence.starts || licence.embargo || licence.expires ? licence.zone : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {Schemas["LicenceReport"]} licence @param {(done: string, path: string) => unknown} act */
function item(licence, act) {
  const detach = h("button", {
    type: "button", class: "small", "data-key": `detach-${licence.name}`, "aria-label": `Take the licence ${licence.title} away`,
    onclick: () => act(`The licence ${licence.title} was taken away.`, `/rights/licences/${encodeURIComponent(licence.name)}/detach`),
  }, "Take away");
  const statement = /^https?:/.test(licence.statement) ? h("a", { href: licence.statement, rel: "noreferrer" }, licence.statement) : licence.statement;
  return h("li", { class: "version" },
    h("div", { class: "what" },
      h("h4", {}, licence.title, h("span", { class: "chip" }, licence.state)),
      h("p", {}, limits(licence)),
      licence.statement ? h("p", {}, statement) : null,
      licence.credit ? h("p", {}, `Credit: ${licence.credit}`) : null,
      licence.terms ? h("p", {}, licence.terms) : null),
    may("rights") ? h("div", { class: "actions" }, detach) : null);
}

/**
 * A form that asks whether a use is licensed, and shows the answer below it.
 * @param {string} sha1
 * @param {AbortSignal} signal
 */
function question(sha1, signal) {
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ placeholder) => {
    const input = h("input", { name, placeholder, size: 12, maxLength: 100, autocomplete: "off", "aria-label": label });
    return /** @type {const} */ ([input, h("label", {}, label, " ", input)]);
  };
  const [territory, where] = field("territory", "Territory", "DE");
  const [medium, how] = field("medium", "Medium", "online");
  const on = h("input", { name: "on", type: "date", "aria-label": "Day" });
  const answer = h("div", { role: "status" });
  /** @param {Event} event */
  async function ask(event) {
    event.preventDefault();
    try {
      const found = await get(`/assets/${sha1}/rights`, { territory: territory.value, medium: medium.value, on: on.value }, signal);
      redraw(answer,
        h("p", {}, h("strong", {}, found.allowed ? "Allowed" : "Not allowed"), [found.territory, found.medium, on.value].filter(Boolean).map((part) => ` · ${part}`).join("")),
        h("ul", {}, found.objections.map((one) => h("li", {}, one.refuses ? "" : "Note: ", one.detail))));
    } catch (problem) {
      if (!signal.aborted) redraw(answer, h("p", {}, describe(problem)));
    }
  }
  return h("form", { class: "rights-question", onsubmit: ask }, where, " ", how, " ", h("label", {}, "Day ", on), " ", h("button", { class: "small" }, "May it be used?"), answer);
}

/** The element below the details of an asset. @param {Schemas["Details"]} asset @param {SectionContext} context */
export function sections(asset, { signal, refresh }) {
  const section = h("section", { class: "asset-part rights", "data-tab": "Rights", "aria-labelledby": "rights-title" });
  const message = h("p", { role: "status", class: "hint" });
  const list = h("div");
  let latest = asset;

  /** @param {string} done @param {string} path */
  async function act(done, path) {
    try {
      await post(path, { assets: [latest.video.sha1] });
      message.textContent = done;
    } catch (problem) {
      message.textContent = describe(problem);
    }
    if (!(await refresh())) draw();
  }

  function attaching() {
    const known = h("datalist", { id: "all-licences" });
    const name = h("input", { name: "licence", list: "all-licences", placeholder: "agency-2026", maxLength: 64, autocomplete: "off", "aria-label": "Licence" });
    get("/rights/licences", { limit: 1000 }, signal).then((found) => known.replaceChildren(...found.map((one) => h("option", { value: one.name }, one.title))), () => {});
    const attach = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (name.value.trim()) act(`The licence ${name.value.trim()} was attached.`, `/rights/licences/${encodeURIComponent(name.value.trim())}/attach`);
    };
    return h("form", { class: "tagging", onsubmit: attach }, name, known, h("button", { class: "small" }, "Attach licence"));
  }

  function draw() {
    const { state = "none", licences = [] } = latest.rights ?? {};
    section.hidden = !licences.length && !may("rights");
    redraw(list,
      licences.length ? h("p", { class: "hint" }, `Together: ${state}`) : h("p", { class: "hint" }, "No licence."),
      licences.length ? h("ol", {}, licences.map((licence) => item(licence, act))) : null,
      may("rights") ? attaching() : null);
  }

  section.append(h("h3", { id: "rights-title" }, "Rights"), message, list, question(latest.video.sha1, signal));
  document.addEventListener("asset-changed", ({ detail }) => {
    latest = detail;
    draw();
  }, { signal });
  draw();
  return [section];
}

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "licence", label: "Licence …", scope: "rights", order: 60,
  async run(chosen, signal) {
    const known = await get("/rights/licences", { limit: 1000 }, signal);
    if (!known.length) return { done: "There is no licence yet. Settings, Rights adds one." };
    const which = choice("Licence", "licence", known.map((one) => [one.name, `${one.title} (${one.state})`]));
    return asked(`Licence of ${plural(chosen.count, "asset")}`, [which], "Attach", async ({ licence }) => {
      const name = encodeURIComponent(licence);
      const { changed, at } = await post(`/rights/licences/${name}/attach`, chosen.body);
      return {
        done: `${plural(changed, "asset")} got the licence ${licence}.`,
        undo: changed ? async () => {
          const count = await post(`/rights/licences/${name}/detach`, { all: true, attached_at: at });
          return `Undone: the licence ${licence} was taken from ${plural(count, "asset")}.`;
        } : undefined,
      };
    });
  },
}];

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/rights", area: "settings", order: 58, label: "Rights", scope: "read", show: async (main, signal) => (await import("./settings.js")).rightsView(main, signal) }];
