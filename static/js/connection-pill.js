// Shows how this page is connected to the console, where that is not as it should be: offline, without a stream or an answer,
// each since when, or slow. A lost stream is there again once something comes by it, not when somebody asks for it. The link
// that the page begins with is for a page without this script.

import { language } from "./language.js";

const SLOW = 4_000; // ms in which the console should answer
const TROUBLES = ["offline", "reconnecting", "unanswered", "slow"]; // the worst first: who is offline gets no answer either
const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });

class ConnectionPill extends HTMLElement {
  since = {}; // of each trouble
  awaited = new Map(); // timers of requests

  connectedCallback() {
    this.listening = new AbortController();
    const listen = (target, name, react) => target.addEventListener(name, react, { signal: this.listening.signal });
    listen(window, "offline", () => this.begin("offline"));
    listen(window, "online", () => this.end("offline"));
    listen(document.body, "live-lost", () => this.begin("reconnecting"));
    listen(document.body, "live-open", () => this.end("reconnecting"));
    listen(document, "unanswered", () => this.begin("unanswered"));
    listen(document, "answered", () => this.end("unanswered"));
    listen(document, "htmx:before:request", ({ detail: { ctx } }) => this.await(ctx));
    listen(document, "htmx:finally:request", ({ detail: { ctx } }) => this.awaitNoMore(ctx));
    this.show();
    if (!navigator.onLine) this.begin("offline");
  }

  disconnectedCallback() {
    this.listening.abort();
    for (const timer of this.awaited.values()) clearTimeout(timer);
  }

  await(request) {
    this.awaited.set(request, setTimeout(() => this.begin("slow"), SLOW));
  }

  awaitNoMore(request) {
    clearTimeout(this.awaited.get(request));
    this.awaited.delete(request);
    if (!this.awaited.size) this.end("slow");
  }

  begin(trouble) {
    this.since[trouble] ??= new Date();
    this.show();
  }

  end(trouble) {
    delete this.since[trouble];
    this.show();
  }

  show() {
    const worst = TROUBLES.find((trouble) => this.since[trouble]);
    const words = worst ? this.dataset[worst].replace("#", clock.format(this.since[worst])) : "";
    if (this.textContent === words) return;
    this.replaceChildren(...(words ? [this.link(words)] : []));
  }

  // The check of the device opens beside the desk, on which something may be unsent.
  link(words) {
    return Object.assign(document.createElement("a"), { href: this.dataset.check, target: "_blank", textContent: words });
  }
}

customElements.define("connection-pill", ConnectionPill);
