/** Start of the page: from a server, or from the numbers that an exported file holds. */

import "./page.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { type CaseInfo, get } from "./lib/api";
import { type Offline, store } from "./lib/store.svelte";
import { say } from "./words/say.svelte";

async function start(): Promise<void> {
  const target = document.getElementById("app")!;
  const held = document.getElementById("contraflow-offline")?.textContent;
  const offline = held ? (JSON.parse(held) as Offline) : null;
  try {
    const info = offline ? offline.info : await get<CaseInfo>("/api/case");
    store.begin(info, location.hash, offline);
  } catch (error) {
    target.setAttribute("role", "alert");
    target.textContent = `${say("noServer")}. ${say("noServerRemedy")}.`;
    throw error;
  }
  mount(App, { target });
}

void start();
