// The bar at the bottom: how many assets are chosen, what to do with them, and how far that is.

import { describe } from "./api.js";
import { Component } from "./component.js";
import { announce } from "./dom.js";
import { plural } from "./format.js";
import { declareKeys } from "./keys.js";
import { bulkActs } from "./panels.js";
import { chooseAll, currentList, watchList, whenChosen } from "./selectable.js";
import { selection } from "./selection.js";
import { may } from "./session.js";
import { page } from "./state.js";
import { sayDone, toast } from "./toasts.js";
import { html, nothing } from "./vendor/lit.js";

/** @typedef {import("./panels.js").BulkAct} BulkAct */

/** Milliseconds after which a change of the number is read aloud: those before are not. */
const QUIET = 600;
/** How more are chosen, said while one is. */
const BETWEEN = matchMedia("(pointer: coarse)").matches ? "Hold another to choose all between." : "Click another with Shift to choose all between.";

/**
 * Whether an act can be done with so many assets; "" if so, else why not.
 * @param {Pick<BulkAct, "least" | "most">} act
 * @param {number} count
 */
export function whyNot({ least = 1, most = Infinity }, count) {
  if (count < least) return `Choose ${plural(least, "asset")}${most === least ? "" : " or more"}.`;
  return count > most ? `Choose ${plural(most, "asset")}${most === least ? "" : " or fewer"}.` : "";
}

class SelectionBar extends Component {
  static follows = /** @type {const} */ (["session", "areViewsKnown"]);

  /** @type {readonly BulkAct[]} */
  #acts = [];
  /** The act that is being done. @type {BulkAct | null} */
  #doing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #told = 0;

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    selection.watch(() => this.#change(), this.signal);
    watchList(() => this.#change(), this.signal);
    if (page.state.areViewsKnown) this.#takeActs();
    else page.watch(["areViewsKnown"], () => this.#takeActs(), this.signal);
  }

  /** Offer the acts of features, once their panels are loaded. */
  #takeActs() {
    bulkActs().then((acts) => {
      this.#acts = acts;
      for (const act of acts) {
        if (act.keys) declareKeys("Selection", { [act.key]: { keys: act.keys, does: act.label.replace(" …", "") } })({ [act.key]: () => this.#press(act) }, { signal: this.signal });
      }
      this.requestUpdate();
    }, () => {}); // the server is away; the router says so
  }

  #change() {
    this.requestUpdate();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!currentList() || selection.count === this.#told) return;
      this.#told = selection.count;
      announce(selection.count ? `${plural(selection.count, "asset")} chosen` : "Nothing is chosen");
    }, QUIET);
  }

  /** The key of an act was pressed: it is done with what is chosen, or else with the asset that has the focus. @param {BulkAct} act */
  #press(act) {
    const one = currentList()?.active();
    const count = selection.count || (one ? 1 : 0);
    if (!currentList() || !count || !may(act.scope) || this.#doing || whyNot(act, count)) return false;
    this.#run(act, one);
    return true;
  }

  /** @param {BulkAct} act @param {string | null} [one] what it is done with where nothing is chosen */
  async #run(act, one = null) {
    const leaving = new AbortController();
    this.#doing = act;
    this.requestUpdate();
    try {
      await whenChosen();
      const chosen = selection.count || !one ? selection.chosen() : { body: { assets: [one] }, count: 1 };
      const why = whyNot(act, chosen.count);
      const result = why ? void toast(why) : await act.run(chosen, leaving.signal);
      if (result) sayDone(result);
    } catch (problem) {
      toast(describe(problem), { isProblem: true });
    }
    this.#doing = null;
    this.requestUpdate();
  }

  /** @param {BulkAct} act */
  #button(act) {
    const why = whyNot(act, selection.count);
    return html`<button type="button" class=${act.isDangerous ? "danger" : nothing} data-key="act-${act.key}" aria-disabled=${why || this.#doing ? "true" : nothing} title=${why || nothing}
      @click=${() => (why ? toast(why) : this.#doing ? nothing : this.#run(act))}>${act.label}</button>`;
  }

  /** Have the page know how high the bar is: what it would cover ends above it. @override */
  updated() {
    document.documentElement.style.setProperty("--selection", `${this.hidden ? 0 : this.offsetHeight}px`);
  }

  /** @override */
  render() {
    const list = currentList();
    const { count } = selection;
    this.hidden = !list || !count;
    document.body.classList.toggle("selecting", !this.hidden);
    if (this.hidden) return nothing;
    const acts = this.#acts.filter((act) => may(act.scope) && !act.isHidden);
    return html`
      <div class="what">
        <button type="button" class="plain close" data-key="choose-nothing" aria-label="Choose nothing" title="Choose nothing (Esc)" @click=${() => selection.clear()}>×</button>
        <strong>${plural(count, "asset")}</strong>
        ${list?.everything && !selection.isEverything ? html`<button type="button" class="small" data-key="choose-all" @click=${chooseAll}>Choose all that match</button>` : nothing}
        ${count === 1 ? html`<small class="hint how">${BETWEEN}</small>` : nothing}
        ${this.#doing ? html`<progress aria-label="${this.#doing.label}"></progress>` : nothing}
      </div>
      <div class="acts" role="toolbar" aria-label="What to do with them">${acts.map((act) => this.#button(act))}</div>`;
  }
}

customElements.define("dp-selection", SelectionBar);
