// A long section of the queue goes on as one scrolls, by the links at both of its ends. It keeps so many rows and drops those at the
// other end, so that it stays light. Each row says its place among all, for screen readers.

const MOST = 150; // rows, as console/queue/shown_section.py has it
const LOOK_AFTER = 500; // ms of no scrolling and no answer

const queue = document.getElementById("queue");
const { cut, drop, rowsOf } = document.querySelector("queue-rows"); // an import would split the script of the first view
const above = new Map(); // the id of a section → the number of rows that it dropped before those that it shows
let looking = null; // a timer
const before = new WeakMap(); // context of a request for earlier rows → { section, count, fromEnd, wasUsed } as they came
const running = new WeakSet(); // ends of sections whose rows are on their way
let next = null; // { row, step, end } as one moves on beyond a row, to those that its link brings

const longSections = () => [...queue.querySelectorAll(".queue-section:has(.queue-earlier)")];
const wayBack = (section) => section.querySelector(".queue-earlier");
const last = (section) => section.querySelector(".queue-more");
const sectionOf = (end) => document.getElementById(`section-${end.querySelector("input").name.replace(/-from$/, "")}`); // also of one that was swapped away
const hasFocus = (link) => link === document.activeElement;

document.addEventListener("htmx:config:request", ({ detail }) => detail.ctx.end && running.add(detail.ctx.end));

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (!ctx.end?.matches(".queue-earlier")) return;
  const [section, wasUsed] = [sectionOf(ctx.end), ctx.sourceEvent?.isTrusted || hasFocus(ctx.sourceElement)];
  before.set(ctx, { section, count: rowsOf(section).length, fromEnd: queue.scrollHeight - queue.scrollTop, wasUsed });
});

// Only more rows make a section too long for a desk: any other answer leaves those alone that the agent looks at.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (before.has(ctx)) showEarlier(before.get(ctx));
  if (ctx.end) shorten(sectionOf(ctx.end), before.has(ctx) ? dropBelow : dropAbove);
  number();
  lookSoon();
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  running.delete(ctx.end);
  if (next && next.end === ctx.end) setTimeout(moveOn, 0, next);
});

queue.addEventListener("scroll", lookSoon, { passive: true });

// A link goes on as it comes into sight. A refresh of the queue may cut that short, and leave it where it is.
function lookSoon() {
  clearTimeout(looking);
  looking = setTimeout(goOnInSight, LOOK_AFTER);
}

function goOnInSight() {
  const sight = queue.getBoundingClientRect();
  const isInSight = ({ top, bottom }) => bottom > sight.top && top < sight.bottom;
  for (const link of queue.querySelectorAll(":is(.queue-more, .queue-earlier) > a[hx-trigger]"))
    if (!running.has(link.closest("li")) && link.checkVisibility() && isInSight(link.getBoundingClientRect())) link.click();
}

function showEarlier({ section, count, fromEnd, wasUsed }) {
  const rows = rowsOf(section);
  const added = rows.length - count;
  queue.scrollTop = queue.scrollHeight - fromEnd;
  above.set(section.id, Math.max(0, (above.get(section.id) ?? 0) - added));
  if (wasUsed && document.activeElement === document.body) rows[added - 1]?.querySelector("a").focus({ preventScroll: true });
}

document.body.addEventListener("live-row", () => setTimeout(number)); // once the row is in its place

function shorten(section, dropRows) {
  if (section && wayBack(section) && rowsOf(section).length > MOST) dropRows(section, rowsOf(section));
}

function dropAbove(section, rows) {
  const over = rows.length - MOST;
  const untilEnd = queue.scrollHeight - queue.scrollTop;
  keepFocus(rows.slice(0, over), rows[over]);
  drop(rows.slice(0, over));
  above.set(section.id, (above.get(section.id) ?? 0) + over);
  beginAt(section, rows[over].dataset.place);
  last(section).querySelector("input").value = MOST;
  queue.scrollTop = queue.scrollHeight - untilEnd;
}

function dropBelow(section, rows) {
  keepFocus(rows.slice(MOST), rows[MOST - 1]);
  cut(rows, MOST, last(section));
  last(section).querySelector("input").value = MOST;
}

function keepFocus(gone, kept) {
  if (gone.some((row) => row.contains(document.activeElement))) kept.querySelector("a").focus({ preventScroll: true });
}

function beginAt(section, place) {
  const back = wayBack(section);
  const link = back.querySelector("a");
  back.hidden = false;
  back.dataset.begin = back.querySelector("input").value = place;
  for (const name of ["href", "hx-get"]) link.setAttribute(name, `${link.pathname}?before=${place}`);
}

function number() {
  for (const section of longSections()) {
    const rows = rowsOf(section);
    if (!wayBack(section).dataset.begin) above.delete(section.id);
    const [first, all] = [above.get(section.id) ?? 0, section.querySelector(".queue-section-count").textContent];
    rows.forEach((row, at) => Object.assign(row, { ariaPosInSet: first + at + 1, ariaSetSize: /^\d+$/.test(all) ? all : -1 }));
  }
}

const beside = (row, step) => (step > 0 ? row.closest("li").nextElementSibling : row.closest("li").previousElementSibling);

// Load more at an end of the section, and move on to the next row, unless the agent has gone elsewhere meanwhile. A key that is
// held asks once.
export function goOn(row, step) {
  const end = beside(row, step);
  next = { row, step, end };
  if (!running.has(end)) end.querySelector("a").click();
}

function moveOn({ row, step }) {
  next = null;
  if (hasFocus(row)) beside(row, step).querySelector(".row")?.focus();
}

number();
