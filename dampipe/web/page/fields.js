// The metadata fields of the library, asked once.

import { get } from "./api.js";

/** @typedef {import("dampipe-api").Schemas["FieldReport"]} Field */

/** @type {Promise<Field[]> | null} */
let asked = null;

/** All fields; empty where the server does not answer. @returns {Promise<Field[]>} */
export function fields() {
  asked ??= get("/metadata/fields").catch(() => {
    asked = null;
    return [];
  });
  return asked;
}

/** The types of the facets, by key. */
export const facetTypes = async () => new Map((await fields()).filter((one) => one.facet).map((one) => [one.key, /** @type {string} */ (one.type)]));

/** The labels of all fields, by key. */
export const labelsOfFields = async () => new Map((await fields()).map((one) => [one.key, one.label]));
