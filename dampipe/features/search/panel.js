// The views of models and of the vector index; their modules are loaded when they are shown.

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [
  { path: "/models", area: "settings", order: 70, label: "Models", scope: "manage", show: async (main, signal) => (await import("./models.js")).models(main, signal) },
  { path: "/index", area: "settings", order: 72, label: "Index", scope: "manage", show: async (main, signal) => (await import("./index-view.js")).indexView(main, signal) },
];
