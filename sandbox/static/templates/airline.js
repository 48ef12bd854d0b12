// Flights: an itinerary, a check-in, boarding passes, a change. One plain card each; readable rather than like a ticket.

import { el, icon, picture } from "../dom.js";
import { textElement } from "../content/text.js";
import { buttonRow } from "./buttons.js";
import { card, facts, moment, money } from "./card.js";
import { strip } from "./carousel.js";

const UPDATES = { delay: "Delayed", gate_change: "Gate changed", cancellation: "Cancelled" };

export function itinerary(payload) {
  const names = payload.passenger_info.map(({ name }) => name).join(", ");
  const prices = (payload.price_info ?? []).map(({ title, amount, currency }) => [title, money(amount, currency ?? payload.currency)]);
  const total = ["Total", money(payload.total_price, payload.currency)];
  const about = [["Passengers", names], ["Booking", payload.pnr_number], ...seats(payload), ...prices, ["Tax", money(payload.tax, payload.currency)], total];
  return [textElement(payload.intro_message), flightCard("Itinerary", payload.flight_info, about)];
}

export function checkin(payload, acts) {
  const shown = flightCard("Check-in", payload.flight_info, [["Booking", payload.pnr_number]]);
  shown.append(buttonRow([{ type: "web_url", url: payload.checkin_url, title: "Check in" }], acts));
  return [textElement(payload.intro_message), shown];
}

export function flightUpdate(payload) {
  const title = UPDATES[payload.update_type] ?? "Flight update";
  return [
    payload.intro_message && textElement(payload.intro_message),
    flightCard(title, [payload.update_flight_info], [["Booking", payload.pnr_number]]),
  ];
}

export function boardingPass(payload) {
  const passes = payload.boarding_pass.map(pass);
  return [textElement(payload.intro_message), passes.length === 1 ? passes[0] : strip(passes)];
}

function pass(about) {
  const fields = [...(about.auxiliary_fields ?? []), ...(about.secondary_fields ?? [])].map(({ label, value }) => [label, value]);
  const code = about.barcode_image_url ? picture(".barcode", about.barcode_image_url, "Barcode") : el("p.code", {}, about.qr_code ?? "");
  const known = [["Passenger", about.passenger_name], ["Booking", about.pnr_number], ["Seat", about.seat], ["Class", about.travel_class]];
  const shown = flightCard("Boarding pass", [about.flight_info], [...known, ...fields]);
  if (about.header_image_url) shown.prepend(picture(".cover", about.header_image_url, ""));
  shown.append(code);
  return shown;
}

function flightCard(name, flights, about) {
  return card(el("p.label", {}, name), ...flights.map(flight), facts(about));
}

function flight({ flight_number, departure_airport, arrival_airport, flight_schedule = {} }) {
  const { boarding_time, departure_time, arrival_time } = flight_schedule;
  return el("div.flight", {},
    airport(departure_airport, departure_time),
    el("p.way", {}, icon("plane"), el("small", {}, flight_number)),
    airport(arrival_airport, arrival_time),
    boarding_time && el("p.boarding", {}, `Boarding ${moment(boarding_time)}`));
}

function airport({ airport_code, city, terminal, gate }, time) {
  const door = [terminal && `Terminal ${terminal}`, gate && `Gate ${gate}`].filter(Boolean).join(", ");
  return el("p.airport", {}, el("strong", {}, airport_code), el("span", {}, city), time && timeElement(time), door && el("small", {}, door));
}

function seats({ passenger_segment_info = [] }) {
  const named = passenger_segment_info.filter(({ seat }) => seat).map(({ seat, seat_type }) => [seat, seat_type].filter(Boolean).join(" "));
  return named.length ? [["Seats", named.join(", ")]] : [];
}

// "8:15 AM" over "Nov 24"; a time that we cannot read as it is.
function timeElement(text) {
  const time = new Date(text);
  if (Number.isNaN(time.valueOf())) return el("small", {}, text);
  const day = el("small", {}, time.toLocaleDateString([], { day: "numeric", month: "short" }));
  return el("time", { dateTime: text }, time.toLocaleTimeString([], { timeStyle: "short" }), day);
}
