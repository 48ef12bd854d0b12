// The panel of emoji: the ones used last on this device, then group by group, or the results of a search.

import { arrow } from "./language.js";

const COLUMNS = 8;
const MOST_RECENT = 2 * COLUMNS;
const MOST_FOUND = 10 * COLUMNS;
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const GAP = 8; // px between the button and the panel
const TONES = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];

const said = ([, name, keywords]) => `${name} ${keywords}`;

export async function load(picker) {
  const response = await fetch(picker.dataset.url);
  if (!response.ok) throw new Error(response.statusText);
  return new Panel(picker, await response.json());
}

class Panel {
  constructor(picker, groups) {
    Object.assign(this, { picker, groups });
    this.panel = picker.querySelector(".emoji-panel");
    this.search = this.panel.querySelector("input");
    this.tones = this.panel.querySelector("select");
    this.list = this.panel.querySelector(".emoji-panel-list");
    this.tones.replaceChildren(...TONES.map((hand, tone) => new Option(hand, tone)));
    this.tones.value = localStorage.getItem("emoji-tone") ?? 0;
    this.tones.onchange = this.changeTone;
    this.search.oninput = this.show;
    this.panel.onkeydown = this.press;
    this.list.onclick = this.click;
  }

  open() {
    const button = this.picker.querySelector("button");
    const { left, top } = button.getBoundingClientRect();
    this.search.value = "";
    this.show();
    this.panel.showPopover({ source: button });
    this.panel.style.left = `${Math.max(GAP, Math.min(left, innerWidth - this.panel.offsetWidth - GAP))}px`;
    this.panel.style.bottom = `${innerHeight - top + GAP}px`;
    this.search.focus();
  }

  show = () => {
    const query = this.search.value.trim().toLowerCase();
    const { names, recent, found, none } = this.picker.dataset;
    const all = [[recent, this.recent], ...names.split("|").map((name, at) => [name, this.groups[at]])];
    const shown = (query ? [[found, this.find(query)]] : all).filter(([, emoji]) => emoji.length);
    this.rows = [];
    this.list.replaceChildren(...shown.map(([name, emoji]) => this.group(name, emoji)));
    if (!shown.length) this.list.textContent = none;
    else this.rows[0][0].tabIndex = 0;
    this.list.scrollTop = 0;
  };

  // First emoji that have the words themselves, then emoji with words that begin so; of both, first those with the words
  // in their name.
  find(query) {
    const words = query.split(/\s+/);
    const have = (text) => words.every((word) => ` ${text} `.includes(` ${word} `));
    const begin = (text) => words.every((word) => ` ${text}`.includes(` ${word}`));
    const ways = [([, name]) => have(name), (emoji) => have(said(emoji)), ([, name]) => begin(name), (emoji) => begin(said(emoji))];
    const all = this.groups.flat();
    return [...new Set(ways.flatMap((way) => all.filter(way)))].slice(0, MOST_FOUND);
  }

  group(name, emoji) {
    const group = document.createElement("div");
    const buttons = emoji.map((one) => this.button(one));
    for (let at = 0; at < buttons.length; at += COLUMNS) this.rows.push(buttons.slice(at, at + COLUMNS));
    group.role = "group";
    group.ariaLabel = group.title = name;
    group.append(...buttons);
    return group;
  }

  button(emoji) {
    const [plain, name] = emoji;
    const button = document.createElement("button");
    const words = { textContent: this.toned(emoji), title: name, ariaLabel: name };
    return Object.assign(button, { type: "button", tabIndex: -1, value: plain, ...words });
  }

  toned([plain, , , tones]) {
    return tones?.[this.tones.value - 1] ?? plain;
  }

  changeTone = () => {
    localStorage.setItem("emoji-tone", this.tones.value);
    this.show();
  };

  press = (event) => {
    const { key, target } = event;
    if (key === "Enter" && target === this.search) event.preventDefault();
    if (key === "Enter" && target === this.search && this.search.value) this.rows[0]?.[0].click();
    if (target === this.search ? key === "ArrowDown" : this.list.contains(target) && key in STEPS) {
      event.preventDefault();
      this.move(target, STEPS[arrow(key)]);
    }
  };

  // The search stands above the first row.
  move(from, [down, right]) {
    const row = this.rows.findIndex((buttons) => buttons.includes(from));
    if (row + down < 0) return this.search.focus();
    const buttons = this.rows[row + down] ?? this.rows[row];
    const column = row < 0 ? 0 : this.rows[row].indexOf(from) + right;
    const beside = right && !buttons[column] && this.rows[row + right]?.at(right > 0 ? 0 : -1);
    (beside || buttons[Math.max(0, Math.min(column, buttons.length - 1))]).focus();
  }

  click = ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { field } = this.picker.closest("message-composer");
    this.panel.hidePopover();
    this.remember(button.value);
    field.focus();
    document.execCommand("insertText", false, button.textContent);
  };

  get recent() {
    const known = new Map(this.groups.flat().map((emoji) => [emoji[0], emoji]));
    return this.used.map((plain) => known.get(plain)).filter(Boolean);
  }

  get used() {
    return JSON.parse(localStorage.getItem("emoji-recent")) ?? [];
  }

  remember(plain) {
    const used = [plain, ...this.used.filter((other) => other !== plain)];
    localStorage.setItem("emoji-recent", JSON.stringify(used.slice(0, MOST_RECENT)));
  }
}
