// The customer's local time: in the time zone that Facebook named, or so many hours from UTC.

import { language } from "./language.js";

const TICK = 10_000; // ms
const HOUR = 3_600_000; // ms

class CustomerClock extends HTMLElement {
  connectedCallback() {
    const timeZone = this.dataset.zone ?? "UTC";
    this.clock = new Intl.DateTimeFormat(language, { timeZone, weekday: "short", hour: "numeric", minute: "2-digit" });
    this.show();
    this.timer = setInterval(() => this.show(), TICK);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    this.textContent = this.clock.format(Date.now() + HOUR * (this.dataset.offset ?? 0));
  }
}

customElements.define("customer-clock", CustomerClock);
