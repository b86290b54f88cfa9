/** Questions to the server, typed by its OpenAPI description. */

import type { components } from "./schema";

type Schemas = components["schemas"];
export type CaseInfo = Schemas["CaseInfo"];
export type Answer = Schemas["Answer"];
export type RawWorld = Schemas["World"];
export type Layer = Required<Schemas["Layer"]>;
export type Document = Schemas["Document"];
export type Packed = Schemas["Packed"];
export type Outcome = Schemas["Outcome"];
export type Kind = Schemas["Kind"];
export type Slider = Schemas["Slider"];
export type Driver = Schemas["Driver"];
export type Displaced = Schemas["Displaced"];
export type Dollars = Schemas["Dollars"];
export type Knowledge = Schemas["Knowledge"];
export type Progress = Schemas["Progress"];
export type Source = Schemas["Source"];
export type Ask = Schemas["Ask"];
export type Problem = Schemas["Problem"];

/** An answer that is not one: place, value and remedy, as the command line would say it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly after: number,
  ) {
    super(`${problem.place}: ${problem.value}. ${problem.remedy}.`);
  }
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(path, { cache: "no-store", credentials: "omit", ...init });
  const body = (await answer.json()) as T | Problem;
  if (!answer.ok) throw new Refused(answer.status, body as Problem, Number(answer.headers.get("retry-after") ?? 0));
  return body as T;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, signal ? { signal } : {});
}

export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return call<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}
