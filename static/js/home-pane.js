// The home of the desk, kept up to date: how many customers wait, since when the first of them does, and the agent's own
// open conversations. All of it is read from the queue, so the two never differ.

class HomePane extends HTMLElement {
  connectedCallback() {
    document.body.addEventListener("live-row", this.changed);
    document.body.addEventListener("live-counts", this.changed);
    document.addEventListener("htmx:after:swap", this.changed);
    this.changed();
  }

  disconnectedCallback() {
    document.body.removeEventListener("live-row", this.changed);
    document.body.removeEventListener("live-counts", this.changed);
    document.removeEventListener("htmx:after:swap", this.changed);
  }

  // Wait until the queue has changed too.
  changed = () => setTimeout(() => this.show());

  show() {
    const [waiting, mine] = ["waiting", "mine"].map((name) => document.getElementById(`section-${name}`));
    this.classList.toggle("is-empty", !rowsOf(waiting).length);
    this.write(this.querySelector(".home-number"), numberOf(waiting));
    this.write(this.querySelector(".home-mine-number"), numberOf(mine));
    this.querySelector(".home-mine").hidden = !rowsOf(mine).length;
    this.showOldest(hasFirst(waiting) && waiting.querySelector("local-time[ago]"));
    this.showOwn(hasFirst(mine) && mine.querySelector(".row:has(local-time[ago])"));
  }

  showOldest(wait) {
    const line = this.querySelector(".home-oldest");
    line.hidden = !wait;
    if (wait) line.querySelector("local-time").setAttribute("datetime", wait.getAttribute("datetime"));
  }

  showOwn(row) {
    const link = this.querySelector(".home-own a");
    link.parentElement.hidden = !row;
    if (!row || link.pathname === row.pathname) return;
    link.textContent = row.querySelector(".row-name").textContent;
    for (const name of ["href", "hx-get"]) link.setAttribute(name, row.pathname);
  }

  write(element, text) {
    if (element.textContent !== String(text)) element.textContent = text;
  }
}

const rowsOf = (section) => section.querySelectorAll(".row");

// A long section drops its first rows as one scrolls.
const hasFirst = (section) => !section.querySelector("[data-begin]");

// The rows know the number sooner than the counter, if all of them are shown.
function numberOf(section) {
  return section.querySelector("[data-end], [data-begin]") ? section.querySelector(".queue-section-count").textContent : rowsOf(section).length;
}

customElements.define("home-pane", HomePane);
