// The number of conversations in each section of the queue, which may be more than its rows, and in each saved view.

let sections = { at: 0, numbers: [] };
let views = [];

document.body.addEventListener("live-counts", ({ detail: { words: [at, ...numbers] } }) => {
  sections = { at, numbers };
  showCounts();
});

document.body.addEventListener("live-view-counts", ({ detail: { words } }) => {
  views = words;
  showCounts();
});

// An answer that was counted later than the stream knows better. It shows the numbers of views as they were some time ago.
export function showCounts() {
  const isNewer = sections.at > Number(document.querySelector("queue-count").dataset.at);
  for (const words of [...(isNewer ? sections.numbers : []), ...views]) {
    const [name, number] = words.split("=");
    const shown = document.getElementById(`count-${name}`);
    if (shown && shown.textContent !== number) shown.textContent = number;
  }
}
