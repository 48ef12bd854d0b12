// Conversation routing: the app that controls a thread, the default app, and replies from the Page Inbox.

import * as api from "./api.js";
import { $, el } from "./dom.js";

const INBOX = { id: "263902037430900", name: "Page Inbox" };
const NOBODY = { id: "", name: "None: every app may reply" };

let apps = [INBOX];
const chosen = new Map(); // Page → the default app chosen here: the world does not show it

export function offerConversationRouting(changed, current, acts) {
  $("default-app").onchange = async (event) => {
    const { default_app_id } = await api.setDefaultApp(current().page_id, event.target.value || null);
    chosen.set(current().page_id, default_app_id);
    changed();
  };
  $("reply-from-inbox").onclick = () => acts.replyFromPageInbox("Hello from the Page Inbox.");
}

export function showConversationRouting(world, current) {
  apps = [...world.apps, INBOX];
  const page = world.pages.find(({ id }) => id === current?.page_id);
  const app = (page && "default_app_id" in page ? page.default_app_id : chosen.get(page?.id)) ?? "";
  const is = JSON.stringify([apps.map(nameOf), app]);
  $("default-app").disabled = $("reply-from-inbox").disabled = !page;
  if ($("default-app").dataset.is === is) return;
  $("default-app").dataset.is = is;
  $("default-app").replaceChildren(...[NOBODY, ...apps].map((choice) => el("option", { value: choice.id, selected: choice.id === app }, nameOf(choice))));
}

export function showOwner(id) {
  const owner = apps.find((app) => app.id === id);
  $("owner").textContent = id ? `This conversation is controlled by ${owner ? nameOf(owner) : `app ${id}`}.` : "No app controls this conversation.";
}

const nameOf = ({ id, name }) => name ?? `App ${id}`;
