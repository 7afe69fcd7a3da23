// The types by which modules of the page name what the API takes and gives: `import("dampipe-api")`.

import type { components, paths } from "./openapi";

/** The schemas of the API by name, such as Schemas["Details"]. */
export type Schemas = components["schemas"];

type Method = "get" | "post" | "patch" | "put" | "delete";

/** Whether a segment of a path fits one of the API, in which `{name}` takes any. */
type Fits<Given, Known> = Known extends `{${string}}` ? true : [Given, Known] extends [Known, Given] ? true : false;

/** Whether a path fits one of the API. */
type FitsPath<Given, Known> = Given extends `${infer First}/${infer Rest}`
  ? Known extends `${infer KnownFirst}/${infer KnownRest}`
    ? Fits<First, KnownFirst> extends true ? FitsPath<Rest, KnownRest> : false
    : false
  : Known extends `${string}/${string}` ? false : Fits<Given, Known>;

type WithoutQuery<P extends string> = P extends `${infer Path}?${string}` ? Path : P;

/** The paths of the API that a path fits. */
type Matches<P extends string> = P extends keyof paths ? P : { [K in keyof paths]: FitsPath<P, K> extends true ? K : never }[keyof paths];

/** Of the paths that one fits, those that no other is more exact than: `/assets/{sha1}/versions`, not `/assets/{sha1}/{name}`. */
type Exact<All extends string> = { [K in All]: true extends (Exclude<All, K> extends infer Other ? (Other extends string ? FitsPath<Other, K> : never) : never) ? never : K }[All];

/** The path of the API, such as `/assets/{sha1}/metadata`, that a path fits, such as `/assets/${string}/metadata`. */
type Known<P extends string> = Exact<Matches<P>>;

type Operation<M extends Method, P extends string> = Known<WithoutQuery<P>> extends infer K ? K extends keyof paths ? paths[K][M] : never : never;

type Json<Content> = Content extends { content: { "application/json": infer Body } } ? Body : null;

/** What an endpoint answers; null where its answer has no JSON. `any` where the path is not known when types are checked. */
export type Answer<M extends Method, P extends string> = string extends P ? any
  : Operation<M, P> extends { responses: infer Responses } ? Json<Responses[keyof Responses]> : never;

/** The JSON that an endpoint takes. */
export type Body<M extends Method, P extends string> = string extends P ? any
  : Operation<M, P> extends { requestBody?: infer Request } ? Json<NonNullable<Request>> : never;
