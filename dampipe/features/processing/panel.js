// The start page of the work area, and what an engineer watches. The modules of the views are loaded when they are shown.

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [
  { path: "/work", area: "work", order: 5, label: "Overview", scope: "read", show: async (main, signal) => (await import("./overview.js")).overview(main, signal) },
  { path: "/throughput", area: "work", order: 70, label: "Throughput", scope: "status", show: async (...given) => (await import("./throughput.js")).throughput(...given) },
  { path: "/storage", area: "work", order: 75, label: "Storage", scope: "manage", show: async (...given) => (await import("./storage.js")).storage(...given) },
];
