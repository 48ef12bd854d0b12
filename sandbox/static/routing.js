// Which app controls a conversation, and the people who answer from Facebook's own Page Inbox.

import * as api from "./api.js";
import { $, el } from "./dom.js";

const INBOX = { id: "263902037430900", name: "Page Inbox" };
const NOBODY = { id: "", name: "None: every app may answer" };

let apps = [INBOX];
const chosen = new Map(); // Page → the default app that we chose, where the world does not tell it

export function offerRouting(changed, current, acts) {
  $("default-app").onchange = async (event) => {
    const { default_app_id } = await api.defaultApp(current().page_id, event.target.value || null);
    chosen.set(current().page_id, default_app_id);
    changed();
  };
  $("answer-in-inbox").onclick = () => acts.inbox("Hello from the Page Inbox.");
}

export function showRouting(world, current) {
  apps = [...world.apps, INBOX];
  const page = world.pages.find(({ id }) => id === current?.page_id);
  const app = (page && "default_app_id" in page ? page.default_app_id : chosen.get(page?.id)) ?? "";
  const is = JSON.stringify([apps.map(nameOf), app]);
  $("default-app").disabled = $("answer-in-inbox").disabled = !page;
  if ($("default-app").dataset.is === is) return;
  $("default-app").dataset.is = is;
  $("default-app").replaceChildren(...[NOBODY, ...apps].map((choice) => el("option", { value: choice.id, selected: choice.id === app }, nameOf(choice))));
}

export function showOwner(id) {
  const owner = apps.find((app) => app.id === id);
  $("owner").textContent = id ? `This conversation is controlled by ${owner ? nameOf(owner) : `app ${id}`}.` : "No app controls this conversation.";
}

const nameOf = ({ id, name }) => name ?? `App ${id}`;
