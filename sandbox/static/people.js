// Who may hold the phone: the list of customers, and the form for a new one.

import * as api from "./api.js";
import { $, el } from "./dom.js";

export function showPeople(customers, current, pages, choose) {
  const is = JSON.stringify([customers, current?.psid, pages.length]);
  if ($("customers").dataset.is === is) return;
  $("customers").dataset.is = is;
  $("customers").replaceChildren(...[...customers].reverse().map((customer) => item(customer, current, choose)));
  $("newcomer-page").hidden = pages.length < 2;
  $("newcomer").page_id.replaceChildren(...pages.map(({ id, name }) => el("option", { value: id }, name)));
}

function item({ psid, name }, current, choose) {
  const isCurrent = psid === current?.psid ? "true" : undefined;
  const face = el("img", { src: api.face(psid), alt: "", width: 32, height: 32 });
  return el("li", {}, el("button", { type: "button", "aria-current": isCurrent, onclick: () => choose(psid) }, face, name));
}

export function listenForNewcomers(came) {
  $("new-customer").onclick = () => askName(true);
  $("no-newcomer").onclick = () => askName(false);
  $("newcomer").onsubmit = async (event) => {
    event.preventDefault();
    const { name, page_id } = event.target.elements;
    const { psid } = await api.addCustomer({ name: name.value, page_id: page_id.value });
    name.value = "";
    askName(false);
    came(psid);
  };
}

export function askName(isAsked) {
  $("newcomer").hidden = !isAsked;
  $("new-customer").hidden = isAsked;
  $("new-customer").setAttribute("aria-expanded", String(isAsked));
  (isAsked ? $("newcomer").elements.name : $("new-customer")).focus();
}
