// What time it is where the customer is. Their time zone is one that Facebook named.

const TICK = 10_000; // ms

class CustomerClock extends HTMLElement {
  connectedCallback() {
    const timeZone = this.dataset.zone;
    this.clock = new Intl.DateTimeFormat(undefined, { timeZone, weekday: "short", hour: "numeric", minute: "2-digit" });
    this.show();
    this.timer = setInterval(() => this.show(), TICK);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    this.textContent = this.clock.format(Date.now());
  }
}

customElements.define("customer-clock", CustomerClock);
