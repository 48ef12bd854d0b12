{% load static %}// Calls the agent while no desk is open: shows what a push message says, and opens or takes the conversation. While the console
// cannot be reached, it answers with a page of nobody's that it keeps; no page of an agent is ever kept.

const ANSWERS_WITHIN = 1_000; // ms
const NOT_REACHED = 502; // a proxy says that the console is not there
const OFFLINE = "{% url 'offline' %}";
const KEPT = [
  OFFLINE, "{% static 'css/index.css' %}", "{% static 'css/contrast.css' %}", "{% static 'icon.svg' %}",
  "{% static 'js/offline-page.js' %}", "{% static 'js/outbox-store.js' %}", "{% static 'js/outbox-memory.js' %}",
];

self.addEventListener("install", (event) => event.waitUntil(install(event)));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => answer(event));
self.addEventListener("push", (event) => event.waitUntil(receive(event.data.json())));
self.addEventListener("notificationclick", (event) => event.waitUntil(react(event)));

self.addEventListener("message", (event) => event.waitUntil(closeOthers(event.data.agent)));

// A browser that knows routes asks the worker for nothing else, and so need not start it.
async function install(event) {
  const asked = [{ requestMode: "navigate" }, ...KEPT.map((pathname) => ({ urlPattern: { pathname } }))];
  const routes = asked.map((condition) => ({ condition, source: "fetch-event" }));
  await event.addRoutes?.([...routes, { condition: { urlPattern: { pathname: "/*" } }, source: "network" }]).catch(() => null);
  await keep().catch(() => null); // calls work without
  await self.skipWaiting();
}

async function keep() {
  const cache = await caches.open("offline");
  for (const request of await cache.keys()) await cache.delete(request);
  await cache.addAll(KEPT.map((address) => new Request(address, { cache: "reload" })));
}

async function activate() {
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

function answer(event) {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(load(event).catch(offline));
  else if (KEPT.includes(pathOf(request))) event.respondWith(fetch(request).catch(() => kept(request)));
}

async function load({ request, preloadResponse }) {
  const response = (await preloadResponse) ?? (await fetch(request));
  return response.status === NOT_REACHED ? ((await kept(OFFLINE)) ?? response) : response;
}

const offline = async () => (await kept(OFFLINE)) ?? Response.error();

const kept = (request) => caches.match(request, { ignoreVary: true });

const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

const isDesk = (page) => /^\/(conversations\/\d+\/)?$/.test(pathOf(page));

const CHECK = "{% url 'check-device' %}";
const isCheck = (page) => pathOf(page) === CHECK;

const pathOf = ({ url }) => new URL(url).pathname;

async function receive(message) {
  await show(message);
  for (const page of (await windows()).filter(isCheck)) page.postMessage({ arrived: message.news });
}

// A desk that is open but has no focus shows the same words by itself: nobody is called twice for them.
async function show({ title, body, tag, news, agent, address, actions }) {
  const answers = await Promise.all((await windows()).filter(isDesk).map((desk) => shows(desk, address)));
  const shown = await self.registration.getNotifications({ tag });
  if (answers.some(Boolean) || shown.some((notification) => notification.body === body && notification.data.news === news)) return;
  const options = { body, tag, actions, renotify: true, data: { agent, address, news } };
  await self.registration.showNotification(title, options);
}

const shows = async (desk, address) => (await ask(desk, "shows", address)) ?? (desk.focused && pathOf(desk) === address);

async function react({ notification, action }) {
  const { agent, address } = notification.data;
  notification.close();
  if (action === "take") await take(agent, address);
  const [desk] = (await windows()).filter(address === CHECK ? isCheck : isDesk).sort((one, other) => other.focused - one.focused);
  if (!desk) return self.clients.openWindow(address);
  await desk.focus();
  if (address !== CHECK && !(await ask(desk, "opens", address))) await desk.navigate(address);
}

// Asks a desk whether it shows a conversation in front of its agent, or opens it. One whose scripts are still being loaded does not
// answer: it shows the address that it was loaded from.
function ask(desk, question, address) {
  const { port1, port2 } = new MessageChannel();
  desk.postMessage({ question, address }, [port2]);
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, ANSWERS_WITHIN);
  });
}

// Another agent is at this computer now: names and words of customers must not stay on its screen.
async function closeOthers(agent) {
  const shown = await self.registration.getNotifications();
  shown.filter(({ data }) => `${data?.agent}` !== agent).forEach((notification) => notification.close());
}

// The token is that of the page, as for its own button. Whoever was faster, the page says who has the conversation. If another
// agent is logged in now, the console refuses both requests.
async function take(agent, address) {
  const page = await (await fetch(address, { headers: { "X-Agent": agent } })).text();
  const token = page.match(/name="csrfmiddlewaretoken" value="(\w+)"/)?.[1] ?? "";
  const headers = { "X-Agent": agent, "X-CSRFToken": token };
  await fetch(`${address}take/`, { method: "POST", headers, redirect: "manual" }).catch(() => null);
}
