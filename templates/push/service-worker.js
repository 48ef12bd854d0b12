// Calls the agent while no desk is open: shows what a push message says, and opens or takes the conversation.

const ANSWERS_WITHIN = 1_000; // ms

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data.json())));
self.addEventListener("notificationclick", (event) => event.waitUntil(react(event)));

self.addEventListener("message", (event) => event.waitUntil(closeOthers(event.data.agent)));

const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

const isDesk = (page) => /^\/(conversations\/\d+\/)?$/.test(pathOf(page));

const pathOf = ({ url }) => new URL(url).pathname;

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
  const [desk] = (await windows()).filter(isDesk).sort((one, other) => other.focused - one.focused);
  if (!desk) return self.clients.openWindow(address);
  await desk.focus();
  if (!(await ask(desk, "opens", address))) await desk.navigate(address);
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
