// Plays the scenario with messaging-api-messenger; writes, as JSON, the requests that each step made and what it kept.

const fs = require('fs');
const { MessengerClient } = require('messaging-api-messenger');

const { file, world } = JSON.parse(process.argv[2]);
const { steps, values } = JSON.parse(fs.readFileSync(file));

const client = new MessengerClient({
  origin: world.origin,
  accessToken: world.token,
  appId: world.app_id,
  appSecret: world.app_secret,
});

const known = { ...world };

// "$name" stands for a value, also inside a longer text.
function filled(value) {
  if (Array.isArray(value)) return value.map(filled);
  if (Buffer.isBuffer(value)) return value;
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
  if (typeof value !== 'string') return value;
  const whole = /^\$(\w+)$/.exec(value);
  return whole ? filled(known[whole[1]]) : value.replace(/\$(\w+)/g, (_, name) => known[name]);
}

async function ask(url) {
  return (await fetch(url)).json();
}

async function main() {
  known.picture = Buffer.from(await (await fetch(`${world.files}/tea.png`)).arrayBuffer());
  Object.assign(known, values);
  const played = {};
  let seen = 0;
  for (const { step, theirs, keep } of steps) {
    const [method, args] = theirs;
    const answer = await client[method](...filled(args)).catch(() => ({})); // the request's status tells it better
    if (keep) known[keep] = answer.id || answer.messageId || answer.attachmentId || `no ${keep}`;
    const requests = await ask(`${world.origin}/_sandbox/requests?since=${seen}`);
    if (requests.length) seen = requests[requests.length - 1].n;
    played[step] = requests;
  }
  const kept = Object.fromEntries(steps.filter(({ keep }) => keep).map(({ keep }) => [keep, known[keep]]));
  process.stdout.write(JSON.stringify({ played, kept }));
}

main();
