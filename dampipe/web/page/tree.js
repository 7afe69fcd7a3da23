// A tree whose levels are read when they are opened: the pattern "Tree View" of the ARIA Authoring Practices. Arrow keys go from item
// to item, open and close; one item has the focus, and is a single stop of Tab.

import { Component } from "./component.js";
import { newest } from "./follow.js";
import { declareKeys } from "./keys.js";
import { html, ifDefined, nothing, repeat } from "./vendor/lit.js";

/** @typedef {"in" | "before" | "after"} Place */

/**
 * What a tree shows. load: the items below one, null: at the top, from a cursor on; next: the cursor of the next page. key: unique in the
 * tree. name: for screen readers. draw: what is seen of it. href: where it leads. act: instead, or besides: what Enter and a click do;
 * returning false, they do what href says. places: where something may be dropped on an item now; draggable: begin to drag it.
 * @template T
 * @typedef {object} TreeSource
 * @property {(of: T | null, cursor: string | null) => Promise<{ items: readonly T[], next: string | null }>} load
 * @property {(item: T) => string} key
 * @property {(item: T) => string} name
 * @property {(item: T) => unknown} draw
 * @property {(item: T) => boolean} hasBelow
 * @property {(item: T) => string | null} [href]
 * @property {(item: T, event: Event) => unknown} [act]
 * @property {(item: T) => readonly Place[]} [places]
 * @property {(item: T, place: Place) => unknown} [drop]
 * @property {(item: T, place: Place | null) => void} [over] something is held over an item; null: no more
 * @property {(item: T, event: DragEvent) => void} [drag]
 * @property {(item: T, event: MouseEvent | KeyboardEvent) => unknown} [menu]
 */

const keys = declareKeys("Trees", {
  next: { keys: ["ArrowDown"], does: "The next item" },
  previous: { keys: ["ArrowUp"], does: "The item before" },
  open: { keys: ["ArrowRight"], does: "Open an item, or go into it" },
  close: { keys: ["ArrowLeft"], does: "Close an item, or go to the one above" },
  first: { keys: ["Home"], does: "The first item" },
  last: { keys: ["End"], does: "The last item" },
  act: { keys: ["Enter", "Space"], does: "Show what the item stands for" },
  menu: { keys: ["ContextMenu", "Shift+F10"], does: "What can be done with the item" },
});
const TOP = "";
/** Milliseconds after which an item that something is held over opens. */
const PATIENCE = 700;

/** @typedef {{ items: readonly any[], next: string | null, pages: number, read: () => Promise<any> }} Level */

export class Tree extends Component {
  static properties = { source: { attribute: false }, label: {}, current: {} };

  /** @type {Map<string, Level>} by the key of the item above */
  #levels = new Map();
  /** @type {Map<string, string>} the key of the item above, by key */
  #above = new Map();
  /** @type {Map<string, any>} */
  #items = new Map();
  /** @type {Set<string>} */
  #opened = new Set();
  #active = "";
  /** @type {{ key: string, place: Place } | null} */
  #target = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #opening;

  constructor() {
    super();
    /** @type {TreeSource<any> | null} */
    this.source = null;
    this.label = "";
    /** The key of the item that the view shows. */
    this.current = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    keys({
      next: () => this.#go(1),
      previous: () => this.#go(-1),
      first: () => this.#focus(this.#visible()[0]),
      last: () => this.#focus(this.#visible().at(-1)),
      open: () => this.#openOrEnter(),
      close: () => this.#closeOrLeave(),
      act: (event) => this.#act(this.active, event),
      menu: (event) => (this.active && this.source?.menu ? this.source.menu(this.active, event) : false),
    }, { signal: this.signal, within: this });
  }

  /** The item that has the focus, or had it last; null: there is none. */
  get active() {
    return this.#items.get(this.#active) ?? null;
  }

  /** All items that were read, by key. @returns {ReadonlyMap<string, any>} */
  get items() {
    return this.#items;
  }

  /** Read the open levels again. What is open stays open, and the focus stays where it is. */
  async refresh() {
    await this.#read(TOP);
    if (this.isConnected) await this.updateComplete; // before, it is never drawn
  }

  /** Open the items above one, as far as they are there, and show it. @param {readonly string[]} path keys, that of the item last */
  async reveal(path) {
    for (const key of path.slice(0, -1)) {
      if (!this.#items.has(key)) break;
      if (!this.#opened.has(key)) await this.#open(key);
    }
    this.requestUpdate();
  }

  /** Give an item the focus. @param {string} key */
  async focusOn(key) {
    await this.updateComplete;
    this.#focus(key);
  }

  /** @param {string} key of the item above */
  async #read(key) {
    const { source } = this;
    if (!source) return;
    let level = this.#levels.get(key);
    if (!level) {
      /** @type {Level} */
      const made = { items: [], next: null, pages: 1, read: newest(async () => {
        const items = [];
        /** @type {string | null} */
        let next = null;
        for (let page = 0; page < made.pages; page += 1) {
          const found = await source.load(key === TOP ? null : this.#items.get(key), next);
          items.push(...found.items);
          next = found.next;
          if (!next) break;
        }
        return { items, next };
      }, async (found) => {
        Object.assign(made, found);
        for (const item of found.items) {
          this.#items.set(source.key(item), item);
          this.#above.set(source.key(item), key);
        }
        this.requestUpdate();
        const open = found.items.filter((/** @type {any} */ item) => this.#opened.has(source.key(item)) && source.hasBelow(item));
        await Promise.all(open.map((/** @type {any} */ item) => this.#read(source.key(item))));
      }) };
      this.#levels.set(key, made);
      level = made;
    }
    if (key === TOP || this.#items.has(key)) await level.read();
  }

  /** @param {string} key */
  async #open(key) {
    this.#opened.add(key);
    this.requestUpdate();
    await this.#read(key).catch(() => {});
  }

  /** @param {string} key */
  #close(key) {
    this.#opened.delete(key);
    if (this.#isBelow(this.#active, key)) this.#active = key;
    this.requestUpdate();
  }

  /** @param {string} key @param {string} above */
  #isBelow(key, above) {
    for (let one = this.#above.get(key); one !== undefined; one = this.#above.get(one)) if (one === above) return true;
    return false;
  }

  /** The keys of the items that are seen, in their order. @returns {string[]} */
  #visible(key = TOP) {
    const { source } = this;
    return (this.#levels.get(key)?.items ?? []).flatMap((item) => {
      const one = source?.key(item) ?? "";
      return [one, ...(this.#opened.has(one) ? this.#visible(one) : [])];
    });
  }

  /** @param {string | undefined} key */
  #focus(key) {
    if (key === undefined) return false;
    this.#active = key;
    this.requestUpdate();
    this.updateComplete.then(() => /** @type {HTMLElement | null} */ (this.querySelector(`[data-key="tree-${CSS.escape(key)}"]`))?.focus());
    return true;
  }

  /** @param {1 | -1} by */
  #go(by) {
    const visible = this.#visible();
    return this.#focus(visible[visible.indexOf(this.#active) + by]);
  }

  #openOrEnter() {
    const { active, source } = this;
    if (!active || !source?.hasBelow(active)) return false;
    if (!this.#opened.has(this.#active)) this.#open(this.#active);
    else this.#focus(source.key(this.#levels.get(this.#active)?.items[0] ?? active));
    return true;
  }

  #closeOrLeave() {
    if (this.#opened.has(this.#active)) {
      this.#close(this.#active);
      return true;
    }
    const above = this.#above.get(this.#active);
    return above ? this.#focus(above) : false;
  }

  /** @param {any} item @param {Event} event */
  #act(item, event) {
    if (!item) return false;
    if (this.source?.act && this.source.act(item, event) !== false) return true;
    const href = this.source?.href?.(item);
    if (href) location.hash = href;
    return Boolean(href);
  }

  /** @param {any} item @param {MouseEvent} event */
  #click(item, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    this.#active = this.source?.key(item) ?? "";
    this.requestUpdate();
    event.preventDefault();
    this.#act(item, event);
  }

  /** @param {any} item @param {DragEvent} event */
  #over(item, event) {
    const { source } = this;
    const places = source?.places?.(item) ?? [];
    if (!source || !places.length) return;
    event.preventDefault();
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    const wanted = share < 0.25 && places.includes("before") ? "before" : share > 0.75 && places.includes("after") ? "after" : "in";
    const place = places.includes(wanted) ? wanted : places[0];
    const key = source.key(item);
    if (this.#target?.key === key && this.#target.place === place) return;
    this.#target = { key, place };
    source.over?.(item, place);
    clearTimeout(this.#opening);
    if (source.hasBelow(item) && !this.#opened.has(key)) this.#opening = setTimeout(() => this.#target?.key === key && this.#open(key), PATIENCE);
    this.requestUpdate();
  }

  /** @param {any} item */
  #leave(item) {
    if (this.#target?.key !== this.source?.key(item)) return;
    this.#target = null;
    clearTimeout(this.#opening);
    this.source?.over?.(item, null);
    this.requestUpdate();
  }

  /** @param {any} item @param {DragEvent} event */
  #drop(item, event) {
    this.#over(item, event); // what is under the pointer may have been drawn anew since
    const target = this.#target;
    if (!target || target.key !== this.source?.key(item)) return;
    event.preventDefault();
    this.#leave(item);
    this.source?.drop?.(item, target.place);
  }

  /** @param {any} item @param {number} depth @returns {unknown} */
  #item(item, depth) {
    const source = /** @type {TreeSource<any>} */ (this.source);
    const key = source.key(item);
    const hasBelow = source.hasBelow(item);
    const isOpen = hasBelow && this.#opened.has(key);
    const target = this.#target?.key === key ? this.#target.place : nothing;
    const href = source.href?.(item);
    return html`<li role="none">
      <div class="row" role="treeitem" data-key="tree-${key}" aria-level=${depth} title=${source.name(item)}
        aria-expanded=${hasBelow ? String(isOpen) : nothing} aria-selected=${String(key === this.current)}
        tabindex=${key === this.#active ? 0 : -1} @focus=${() => this.#focused(key)} data-drop=${target} draggable=${ifDefined(source.drag ? "true" : undefined)}
        @dragstart=${(/** @type {DragEvent} */ event) => source.drag?.(item, event)}
        @dragover=${(/** @type {DragEvent} */ event) => this.#over(item, event)}
        @dragleave=${(/** @type {DragEvent} */ event) => !(/** @type {HTMLElement} */ (event.currentTarget).contains(/** @type {Node | null} */ (event.relatedTarget))) && this.#leave(item)}
        @drop=${(/** @type {DragEvent} */ event) => this.#drop(item, event)}
        @contextmenu=${(/** @type {MouseEvent} */ event) => source.menu && (event.preventDefault(), this.#focus(key), source.menu(item, event))}>
        <span class="twisty" aria-hidden="true" @click=${() => hasBelow && (isOpen ? this.#close(key) : this.#open(key))}>${hasBelow ? (isOpen ? "▾" : "▸") : ""}</span>
        ${href
          ? html`<a class="name" tabindex="-1" draggable="false" href=${href} @click=${(/** @type {MouseEvent} */ event) => this.#click(item, event)}>${source.draw(item)}</a>`
          : html`<span class="name" @click=${(/** @type {MouseEvent} */ event) => (hasBelow && !source.act ? (isOpen ? this.#close(key) : this.#open(key)) : this.#click(item, event))}>${source.draw(item)}</span>`}
      </div>
      ${isOpen ? html`<ul role="group">${this.#level(key, depth + 1)}</ul>` : nothing}
    </li>`;
  }

  /** An item has the focus, be it by Tab, by a click, or since its view was drawn again. @param {string} key */
  #focused(key) {
    if (key === this.#active) return;
    this.#active = key;
    this.requestUpdate();
  }

  /** @param {string} key @param {number} depth @returns {unknown} */
  #level(key, depth) {
    const level = this.#levels.get(key);
    if (!level) return nothing;
    const more = () => {
      level.pages += 1;
      this.#read(key).catch(() => {});
    };
    return html`${repeat(level.items, (item) => this.source?.key(item), (item) => this.#item(item, depth))}${level.next
      ? html`<li role="none" class="more"><button type="button" class="small" @click=${more}>More</button></li>` : nothing}`;
  }

  /** @override */
  render() {
    if (!this.source || !this.#levels.get(TOP)?.items.length) return nothing;
    const visible = this.#visible();
    if (!visible.includes(this.#active)) this.#active = visible.includes(this.current) ? this.current : visible[0];
    return html`<ul role="tree" aria-label=${this.label}>${this.#level(TOP, 1)}</ul>`;
  }
}

customElements.define("dp-tree", Tree);

/**
 * A tree of a source.
 * @template T
 * @param {string} label
 * @param {TreeSource<T>} source
 * @param {string} [current]
 */
export function tree(label, source, current = "") {
  const made = new Tree();
  Object.assign(made, { label, source, current });
  return made;
}
