// The list of customers by Page, and the form to add one.

import * as api from "./api.js";
import { $, button, el } from "./dom.js";

export function showCustomers(customers, current, pages, choose) {
  const is = JSON.stringify([customers, current?.psid, pages.map(({ id, name }) => [id, name])]);
  if ($("customers").dataset.is === is) return;
  $("customers").dataset.is = is;
  const newestFirst = [...customers].reverse();
  const groups = pages.map((page) => group(page, newestFirst.filter(({ page_id }) => page_id === page.id), current, choose));
  $("customers").replaceChildren(...groups.filter(Boolean));
  $("customers").classList.toggle("several", pages.length > 1);
  showPages(pages, current);
}

// The Page's name is shown where there are several.
function group(page, customers, current, choose) {
  if (!customers.length) return null;
  const name = el("h4", { id: `page-${page.id}` }, page.name);
  return el("section", {}, name, el("ul", { "aria-labelledby": name.id }, ...customers.map((customer) => item(customer, current, choose))));
}

function item({ psid, name }, current, choose) {
  const isCurrent = psid === current?.psid ? "true" : undefined;
  const face = el("img", { src: api.profilePicture(psid), alt: "", width: 32, height: 32 });
  return el("li", {}, button("", () => choose(psid), { "aria-current": isCurrent }, face, name));
}

function showPages(pages, current) {
  const { page_id } = $("new-customer-form");
  const chosen = pages.some(({ id }) => id === page_id.value) && !$("new-customer-form").hidden ? page_id.value : current?.page_id;
  page_id.replaceChildren(...pages.map(({ id, name }) => el("option", { value: id, selected: id === chosen }, name)));
  $("new-customer-page").hidden = pages.length < 2;
}

export function listenForNewCustomers(came) {
  $("new-customer").onclick = () => askName(true);
  $("cancel-new-customer").onclick = () => askName(false);
  $("new-customer-form").onsubmit = async (event) => {
    event.preventDefault();
    const { name, page_id } = event.target.elements;
    const { psid } = await api.addCustomer({ name: name.value, page_id: page_id.value });
    name.value = "";
    askName(false);
    came(psid);
  };
}

export function askName(isAsked) {
  $("new-customer-form").hidden = !isAsked;
  $("new-customer").hidden = isAsked;
  $("new-customer").setAttribute("aria-expanded", String(isAsked));
  (isAsked ? $("new-customer-form").elements.name : $("new-customer")).focus();
}
