// The base class of components: custom elements that Lit draws. See "How a component is made" in CONTRIBUTING.md.

import { page } from "./state.js";
import { LitElement } from "./vendor/lit.js";

/**
 * A component draws into the document itself, not into a shadow tree: the style sheet, labels and ids of the page apply.
 * It is drawn again when one of its own reactive properties changes, or a part of the page's state that it follows.
 */
export class Component extends LitElement {
  /** The parts of the page's state that the component draws. @type {ReadonlyArray<keyof import("./state.js").PageState>} */
  static follows = [];

  #leaving = new AbortController();

  /** Aborted when the component leaves the document: for requests and listeners of its own. */
  get signal() {
    return this.#leaving.signal;
  }

  /** @override */
  createRenderRoot() {
    return this;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    if (this.#leaving.signal.aborted) this.#leaving = new AbortController();
    const { follows } = /** @type {typeof Component} */ (this.constructor);
    if (follows.length) page.watch(follows, () => this.requestUpdate(), this.signal);
    this.requestUpdate(); // the state may have changed while it was out of the document
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.#leaving.abort();
  }
}
