// The control plane, as the phone uses it. Ids stay strings: they have more digits than a number can hold.

const ROOT = "/_sandbox";

export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function call(method, path, body) {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body) options.body = JSON.stringify(body);
  const response = await fetch(ROOT + path, options);
  const text = await response.text();
  if (!response.ok) throw new Refusal(response.status, sentence(text));
  return text;
}

function sentence(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return "The sandbox did not understand.";
  }
}

// The sandbox's own files have the address under which the console reaches them: a browser reaches them from here.
const ADDRESS = /(^|_)(url|picture)$/;
const here = (key, value) =>
  typeof value === "string" && ADDRESS.test(key) ? value.replace(/^https?:\/\/[^/]+(?=\/_sandbox\/)/, "") : value;
export const parseThread = (text) => JSON.parse(text, here);

const get = async (path) => JSON.parse(await call("GET", path));
const post = async (path, body = {}) => JSON.parse(await call("POST", path, body));

export const world = () => get("/world");
export const customers = async () => (await get("/customers")).customers;
export const addCustomer = (customer) => post("/customers", customer);
export const fault = (rule) => post("/faults", rule);
export const noFaults = () => call("DELETE", "/faults");
export const webhooks = (manners) => post("/webhooks", manners);
export const skip = (seconds) => post("/clock", { advance_s: seconds });
export const limits = (limits) => post("/rate_limits", limits);
export const restrict = (pageId, on) => post(`/pages/${pageId}/restrict`, { on });
export const automatic = (pageId, kind, text) => post(`/pages/${pageId}/automatic_replies`, { kind, text });
export const defaultApp = (pageId, appId) => post(`/pages/${pageId}/default_app`, { app_id: appId });
export const face = (id) => `${ROOT}/profile_pictures/${id}.png`;

// One customer's verbs. `threadText` is left unparsed, so that an unchanged thread costs a comparison.
export const customer = (psid) => ({
  threadText: () => call("GET", `/customers/${psid}/thread`),
  send: (message) => post(`/customers/${psid}/send`, message),
  read: () => post(`/customers/${psid}/read`),
  react: (mid, emoji) => post(`/customers/${psid}/react`, { mid, emoji }),
  edit: (mid, text) => post(`/customers/${psid}/edit`, { mid, text }),
  ring: () => post(`/customers/${psid}/call`),
  hangUp: () => post(`/customers/${psid}/hang_up`),
  inbox: (text) => post(`/customers/${psid}/page_inbox`, { text }),
  profile: (kind) => post(`/customers/${psid}/profile`, { kind }),
  block: (on) => post(`/customers/${psid}/block`, { on }),
});
