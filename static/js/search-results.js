// The results of the search: arrow keys move between them, and each opens the thread at its message.

export function watchResults(search) {
  const { field, results } = search;

  function press(event) {
    if (event.key === "ArrowDown") walk(event.target, 1);
    else if (event.key === "ArrowUp") walk(event.target, -1);
    else return;
    event.preventDefault();
  }

  function walk(from, step) {
    const places = [field, ...results.querySelectorAll("a, button")];
    places.at((places.indexOf(from) + step) % places.length).focus();
  }

  function choose(event) {
    const operator = event.target.closest(".search-operator");
    if (operator) insert(operator.dataset.insert);
    const chosen = event.target.closest(".search-group-customer, .search-hit");
    if (chosen) open(event, chosen);
  }

  function insert(text) {
    field.value = `${field.value.trimEnd()} ${text}`.trimStart();
    field.focus();
  }

  function open(event, chosen) {
    for (const other of results.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
    if (!chosen.hash || chosen.pathname !== location.pathname || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // it is open: htmx would read it again
    search.jumpTo(chosen.hash);
  }

  search.addEventListener("keydown", press);
  results.addEventListener("keydown", press);
  results.addEventListener("click", choose, true);
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (results.contains(ctx.sourceElement)) search.jumpTo(ctx.sourceElement.hash ?? "");
  });
}
