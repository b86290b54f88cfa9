/** What an import of a component gives, for the checker that does not read components. */
declare module "*.svelte" {
  import type { Component } from "svelte";
  const component: Component;
  export default component;
}
