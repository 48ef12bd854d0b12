// The files of a canned reply: the browser gets them from the console, and they go out as if the agent had chosen them.

import { headers, isOurs } from "./csrf.js";

const WITHIN = 60_000; // ms: nothing can be sent meanwhile

export class CannedFiles {
  constructor(menu, signal) {
    this.menu = menu;
    this.loading = 0;
    menu.composer.addEventListener("canned-reply-inserted", this.attach, { signal });
    menu.composer.addEventListener("submit", this.hold, { capture: true, signal });
  }

  attach = async ({ detail: { reply } }) => {
    if (!reply.files.length) return;
    const composer = this.menu.composer.querySelector("message-composer");
    this.loading++;
    const files = await Promise.all(reply.files.map(fetchFile)).catch(() => null);
    this.loading--;
    if (files) composer.files.add(files);
    else composer.complain(this.menu.dataset.unattached);
  };

  // A reply that names a price list is not sent without it.
  hold = (event) => {
    if (!this.loading) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.menu.composer.querySelector("message-composer").complain(this.menu.dataset.attaching);
  };
}

export async function fetchFile({ url, name }) {
  const response = await fetch(url, { headers: headers(), signal: AbortSignal.timeout(WITHIN) });
  if (!response.ok || !isOurs(response)) throw new Error(name);
  const content = await response.blob();
  return new File([content], name, { type: content.type });
}
