// The navigation: the four areas, the views of the present one, and what the server says of its work.

import { parseAddress } from "./address.js";
import { AREAS, offered } from "./areas.js";
import { Component } from "./component.js";
import { plural } from "./format.js";
import { declareKeys } from "./keys.js";
import { go } from "./router.js";
import { may } from "./session.js";
import { page } from "./state.js";
import { html, nothing, svg } from "./vendor/lit.js";

/** Drawings of 24 × 24 units, stroked in the colour of the text. @type {Record<import("./panels.js").AreaKey, string>} */
const ICONS = {
  library: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
  work: "M4 6h2M9 6h11M4 12h2M9 12h11M4 18h2M9 18h11",
  settings: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4",
};

const icon = (/** @type {string} */ path) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${svg`<path d=${path}></path>`}</svg>`;

/** The area of the view that is shown; null before the first. */
export function areaShown() {
  if (page.state.view === null) return null;
  const { path } = parseAddress(page.state.view);
  return page.state.views.find((view) => view.path === path)?.area ?? AREAS.find((area) => area.path === path)?.key ?? null;
}

/** A number that asks for attention. @param {number} count @param {string} of */
const badge = (count, of) => (count ? html` <span class="count" data-of=${of}>${count.toLocaleString()}</span>` : nothing);

/** The links to the areas; those are left out in which the actor has no view. */
class Areas extends Component {
  static follows = /** @type {const} */ (["view", "views", "session", "counts"]);

  /** @override */
  render() {
    const { state } = page;
    const shown = areaShown();
    const known = state.session !== null && state.areViewsKnown;
    return AREAS.map(({ key, label, path }) => {
      const views = offered(state.views, key, may);
      // While it is not known who uses the page, and what there is, all areas have their place, so that nothing jumps.
      if (known && !views.length) return nothing;
      const waiting = views.reduce((sum, view) => sum + (view.count?.(state) ?? 0), 0);
      return html`<a href="#${path}" aria-current=${shown === key ? "page" : nothing}>${icon(ICONS[key])}<span>${label}</span>${badge(waiting, key)}</a>`;
    });
  }
}

/** The links to the views of the present area, where there are several. */
class AreaViews extends Component {
  static follows = /** @type {const} */ (["view", "views", "session", "counts"]);

  /** @override */
  render() {
    const { state } = page;
    const area = areaShown();
    const views = area ? offered(state.views, area, may) : [];
    const path = state.view === null ? "" : parseAddress(state.view).path;
    this.hidden = views.length < 2;
    // Those of features stand between others: while they are not known they take their room, so that no link moves away from under the pointer.
    this.classList.toggle("waiting", !state.areViewsKnown);
    return views.map((view) =>
      html`<a href="#${view.path}" aria-current=${view.path === path ? "page" : nothing}>${view.label}${badge(view.count?.(state) ?? 0, view.path)}</a>`);
  }

  /** Have the present link in view; not by scrollIntoView, which would also scroll the page, up to here. @override */
  updated() {
    const link = this.querySelector("[aria-current]")?.getBoundingClientRect();
    if (!link) return;
    const { left, right } = this.getBoundingClientRect();
    this.scrollLeft += Math.min(0, link.left - left) + Math.max(0, Math.min(link.right - right, link.left - left));
  }
}

customElements.define("dp-areas", Areas);
customElements.define("dp-views", AreaViews);

/** What the status says, in a few words. @param {import("./state.js").PageState} state */
export function statusText({ status }) {
  if (!status) return "";
  const sum = (/** @type {"waiting" | "running"} */ name) => Object.values(status.stages).reduce((total, stage) => total + stage[name], 0);
  const pending = sum("waiting") + sum("running");
  return pending ? `${plural(pending, "stage")} left` : plural(status.assets, "asset");
}

const keys = declareKeys("Everywhere", Object.fromEntries(AREAS.map((area) => [area.key, { keys: area.keys, does: `Go to ${area.label}` }])));
keys(Object.fromEntries(AREAS.map((area) => [area.key, () => go(`#${area.path}`)])));
