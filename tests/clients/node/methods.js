// Calls every public method of messaging-api-messenger's client against the sandbox and writes, as JSON, what was
// wrong with which answer: {methods: [...], groups: {group: {method: [problem, ...]}}}.

const http = require('http');
const path = require('path');

const { problems } = require('./shape');
const content = require('./content');

const world = JSON.parse(process.argv[2]);
const { MessengerBatch, MessengerClient } = require(
  path.join(process.env.NODE_PATH, world.package || 'messaging-api-messenger'),
);

const client = new MessengerClient({
  origin: world.origin,
  accessToken: world.token,
  appId: world.app_id,
  appSecret: world.app_secret,
  version: world.version,
  skipAppSecretProof: world.skip_proof,
});

const ID = /^\d+$/;
const SENT = { recipientId: world.psid, messageId: /^m_/ };
const SEEN = { recipientId: world.psid };
const DONE = { success: true };
const SET = { result: 'success' };
const METRIC = { name: String, period: 'day', values: [{ value: Number, endTime: String }], title: String, description: String, id: String };
const IMAGE = { type: 'image', payload: { url: `${world.files}/a.png` } };

const bytes = (text) => Buffer.from(text);
const png = async () => Buffer.from(await (await fetch(`${world.files}/a.png`)).arrayBuffer());

const groups = {
  'Send API': async (call) => {
    await call('sendRawBody', SENT, { recipient: { id: world.psid }, message: { text: 'raw' }, messagingType: 'RESPONSE' });
    await call('sendMessage', SENT, world.psid, { text: 'as a person', metadata: 'ours' }, { tag: 'HUMAN_AGENT' });
    await call('sendMessage', SENT, { id: world.psid }, { attachment: IMAGE }, { messagingType: 'RESPONSE' });
    const FormData = require('form-data');
    const form = new FormData();
    form.append('message', JSON.stringify({ attachment: { type: 'file', payload: {} } }));
    form.append('filedata', bytes('%PDF-1.4'), { filename: 'tea.pdf' });
    await call('sendMessageFormData', SENT, world.psid, form, {});
  },

  'Content types': async (call) => {
    const persona = await client.createPersona({ name: 'Ada', profilePictureUrl: `${world.files}/ada.png` });
    await call('sendText', SENT, world.psid, 'Hello', { personaId: persona.id, quickReplies: content.QUICK_REPLIES });
    await call('sendAttachment', SENT, world.psid, IMAGE);
    await call('sendAudio', SENT, world.psid, `${world.files}/a.wav`);
    await call('sendImage', SENT, world.psid, { url: `${world.files}/a.png`, isReusable: true });
    await call('sendVideo', SENT, world.psid, { url: `${world.files}/a.mp4` });
    await call('sendFile', SENT, world.psid, `${world.files}/a.pdf`);
    await call('sendImage', SENT, world.psid, await png(), { filename: 'tea.png', personaId: persona.id });
    await call('sendAudio', SENT, world.psid, bytes('ID3'), { filename: 'tea.mp3' });
    await call('sendVideo', SENT, world.psid, bytes('film'), { filename: 'tea.mp4' });
    await call('sendFile', SENT, world.psid, bytes('without a name'));
    const { attachmentId } = await client.uploadImage(await png(), { filename: 'a.png', isReusable: true });
    await call('sendImage', SENT, world.psid, { attachmentId });
  },

  Templates: async (call) => {
    await call('sendTemplate', SENT, world.psid, { templateType: 'button', text: 'And now?', buttons: [content.TALK] });
    await call('sendButtonTemplate', SENT, world.psid, 'And now?', [content.SITE, content.TALK, content.CALL]);
    await call('sendGenericTemplate', SENT, world.psid, content.ELEMENTS, { imageAspectRatio: 'square' });
    const { attachmentId } = await client.uploadImage(`${world.files}/a.png`, { isReusable: true });
    await call('sendMediaTemplate', SENT, world.psid, [{ mediaType: 'image', attachmentId, buttons: [content.SITE] }]);
    await call('sendReceiptTemplate', SENT, world.psid, content.RECEIPT);
    await call('sendAirlineBoardingPassTemplate', SENT, world.psid, content.BOARDING_PASS);
    await call('sendAirlineCheckinTemplate', SENT, world.psid, content.CHECKIN);
    await call('sendAirlineItineraryTemplate', SENT, world.psid, content.ITINERARY);
    await call('sendAirlineUpdateTemplate', SENT, world.psid, content.FLIGHT_UPDATE);
    await call('sendOneTimeNotifReqTemplate', SENT, world.psid, content.NOTIFY_ME);
  },

  'Sender actions': async (call) => {
    const persona = await client.createPersona({ name: 'Ada', profilePictureUrl: `${world.files}/ada.png` });
    await call('sendSenderAction', SEEN, world.psid, 'typing_on', { personaId: persona.id });
    await call('typingOn', SEEN, world.psid, { personaId: persona.id });
    await call('typingOff', SEEN, world.psid);
    await call('markSeen', SEEN, world.psid);
  },

  'Attachment upload': async (call) => {
    const uploaded = { attachmentId: ID };
    await call('uploadAttachment', uploaded, 'image', `${world.files}/a.png`, { isReusable: true });
    await call('uploadAudio', uploaded, `${world.files}/a.wav`);
    await call('uploadImage', uploaded, await png(), { filename: 'a.png', isReusable: true });
    await call('uploadVideo', uploaded, bytes('film'), { filename: 'a.mp4' });
    await call('uploadFile', uploaded, bytes('%PDF-1.4'), { filename: 'a.pdf' });
  },

  Batch: async (call) => {
    const label = await client.createLabel('Batch');
    const { psid } = world;
    const elements = content.ELEMENTS;
    const b = MessengerBatch;
    const items = [
      [b.sendRequest({ recipient: { id: psid }, message: { text: 'raw' } }), SENT],
      [b.sendMessage(psid, { text: 'message' }), SENT],
      [b.sendText(psid, 'text', { quickReplies: content.QUICK_REPLIES }), SENT],
      [b.sendAttachment(psid, IMAGE), SENT],
      [b.sendAudio(psid, `${world.files}/a.wav`), SENT],
      [b.sendImage(psid, `${world.files}/a.png`), SENT],
      [b.sendVideo(psid, { url: `${world.files}/a.mp4` }), SENT],
      [b.sendFile(psid, `${world.files}/a.pdf`), SENT],
      [b.sendTemplate(psid, { templateType: 'generic', elements }), SENT],
      [b.sendButtonTemplate(psid, 'And now?', [content.TALK]), SENT],
      [b.sendGenericTemplate(psid, elements), SENT],
      [b.sendReceiptTemplate(psid, content.RECEIPT), SENT],
      [b.sendMediaTemplate(psid, [{ mediaType: 'image', url: 'https://www.facebook.com/bluebird/photos/1' }]), SENT],
      [b.sendAirlineBoardingPassTemplate(psid, content.BOARDING_PASS), SENT],
      [b.sendAirlineCheckinTemplate(psid, content.CHECKIN), SENT],
      [b.sendAirlineItineraryTemplate(psid, content.ITINERARY), SENT],
      [b.sendAirlineUpdateTemplate(psid, content.FLIGHT_UPDATE), SENT],
      [b.sendOneTimeNotifReqTemplate(psid, content.NOTIFY_ME), SENT],
      [b.sendSenderAction(psid, 'typing_on'), SEEN],
      [b.typingOn(psid), SEEN],
      [b.typingOff(psid), SEEN],
      [b.markSeen(psid), SEEN],
      [b.getUserProfile(psid, { accessToken: world.token }), { id: psid, name: 'Mona Weber' }],
      [b.setUserPersistentMenu(psid, [content.TALK]), SET],
      [b.getUserPersistentMenu(psid), { data: [{ userLevelPersistentMenu: [{ locale: 'default' }] }] }],
      [b.deleteUserPersistentMenu(psid), SET],
      [b.associateLabel(psid, label.id), DONE],
      [b.getAssociatedLabels(psid), { data: [{ id: label.id }] }],
      [b.dissociateLabel(psid, label.id), DONE],
      [b.takeThreadControl(psid, 'mine', { accessToken: world.token }), DONE],
      [b.getThreadOwner(psid), { appId: world.app_id }],
      [b.passThreadControl(psid, world.other_app_id, 'yours'), DONE],
      [b.requestThreadControl(psid, 'please'), DONE],
      [b.takeThreadControl(psid, 'mine again'), DONE],
      [b.passThreadControlToPageInbox(psid, 'for people'), DONE],
      [b.takeThreadControl(psid, 'and mine again'), DONE],
    ];
    const answers = items.map(([, body]) => ({ code: 200, body }));
    await call('sendBatch', answers, items.map(([item]) => item));
    await call('sendBatch', [{ code: 200, headers: undefined }], [b.sendText(psid, 'no headers')], { includeHeaders: false });

    const made = { name: 'Ada', profile_picture_url: `${world.files}/ada.png` };
    const chain = [
      { method: 'POST', relativeUrl: 'me/personas', name: 'ada', body: made, omitResponseOnSuccess: false },
      b.sendText(psid, 'by name', { personaId: '{result=ada:$.id}', dependsOn: 'ada' }),
      { method: 'DELETE', relativeUrl: '{result=ada:$.id}' },
      b.sendText(psid, 'too late', { personaId: '999' }),
    ];
    const chained = [{ body: { id: ID } }, { code: 200, body: SENT }, { code: 200, body: DONE }, { code: 400, body: { error: { code: 100 } } }];
    await call('sendBatch', chained, chain);
  },

  'User profile': async (call) => {
    const person = { id: world.psid, name: 'Mona Weber', firstName: 'Mona', lastName: 'Weber', profilePic: /^http/ };
    await call('getUserProfile', person, world.psid);
    await call('getUserProfile', { id: world.psid, firstName: 'Mona' }, world.psid, { fields: ['id', 'first_name', 'locale', 'timezone', 'gender'] });
  },

  'Messenger profile': async (call) => {
    const menu = [{ locale: 'default', composerInputDisabled: false, callToActions: [{ type: 'postback', title: 'Talk to us', payload: 'HUMAN' }] }];
    const breakers = [{ question: 'Where is my parcel?', payload: 'PARCEL' }];
    await call('getMessengerProfile', [], ['get_started', 'greeting']);
    await call('getGetStarted', null);
    await call('setGetStarted', SET, 'GO');
    await call('getGetStarted', { payload: 'GO' });
    await call('setPersistentMenu', SET, [content.TALK]);
    await call('getPersistentMenu', menu);
    await call('setGreeting', SET, 'Welcome to Bluebird Tea');
    await call('getGreeting', [{ locale: 'default', text: 'Welcome to Bluebird Tea' }]);
    await call('setIceBreakers', SET, breakers);
    await call('getIceBreakers', breakers);
    await call('setWhitelistedDomains', SET, ['https://example.com/']);
    await call('getWhitelistedDomains', [/^https:\/\/example\.com\/?$/]);
    await call('setAccountLinkingURL', SET, 'https://example.com/link');
    await call('getAccountLinkingURL', 'https://example.com/link');
    const fields = ['account_linking_url', 'persistent_menu', 'get_started', 'greeting', 'ice_breakers', 'whitelisted_domains'];
    const whole = { accountLinkingUrl: String, persistentMenu: menu, getStarted: { payload: 'GO' }, greeting: [{ locale: 'default' }], iceBreakers: breakers };
    await call('getMessengerProfile', [whole], fields);
    await call('deleteAccountLinkingURL', SET);
    await call('deleteWhitelistedDomains', SET);
    await call('deleteIceBreakers', SET);
    await call('getIceBreakers', null);
    await call('deleteGreeting', SET);
    await call('deletePersistentMenu', SET);
    await call('deleteGetStarted', SET);
    await call('setMessengerProfile', SET, { getStarted: { payload: 'GO' }, greeting: [{ locale: 'default', text: 'Hi' }, { locale: 'de_DE', text: 'Hallo' }] });
    await call('deleteMessengerProfile', SET, ['get_started', 'greeting']);
    await call('getGreeting', null);
  },

  'Menus of one person': async (call) => {
    await call('getUserPersistentMenu', null, world.psid);
    await call('setUserPersistentMenu', SET, world.psid, [content.TALK], { composerInputDisabled: true });
    await call('getUserPersistentMenu', [{ locale: 'default', composerInputDisabled: true, callToActions: [{ title: 'Talk to us' }] }], world.psid);
    await call('deleteUserPersistentMenu', SET, world.psid);
    await call('getUserPersistentMenu', null, world.psid);
  },

  Handover: async (call) => {
    await call('takeThreadControl', DONE, world.psid, 'mine');
    await call('getThreadOwner', { appId: world.app_id }, world.psid);
    await call('passThreadControl', DONE, world.psid, Number(world.other_app_id), 'yours');
    await call('getThreadOwner', { appId: world.other_app_id }, world.psid);
    await call('requestThreadControl', DONE, world.psid, 'please');
    await call('takeThreadControl', DONE, world.psid);
    await call('passThreadControlToPageInbox', DONE, world.psid, 'for people');
    await call('getThreadOwner', { appId: '263902037430900' }, world.psid);
    await call('takeThreadControl', DONE, world.psid);
    await call('getSecondaryReceivers', [{ id: ID, name: String }]);
  },

  Personas: async (call) => {
    const picture = `${world.files}/ada.png`;
    const { id } = await call('createPersona', { id: ID }, { name: 'Ada', profilePictureUrl: picture });
    await call('getPersona', { id, name: 'Ada', profilePictureUrl: /^http/ }, id);
    for (let number = 0; number < 30; number += 1) await client.createPersona({ name: `Bot ${number}`, profilePictureUrl: picture });
    const page = { data: [{ id: ID, name: String, profilePictureUrl: /^http/ }], paging: { cursors: { before: String, after: String } } };
    const first = await call('getPersonas', page);
    await call('getPersonas', page, first.paging.cursors.after);
    const all = await call('getAllPersonas', [{ id: ID, name: String, profilePictureUrl: /^http/ }]);
    const kept = new Set(all.map((persona) => persona.id));
    if (kept.size !== all.length || kept.size < 31) call.note('getAllPersonas', `${kept.size} of at least 31 came, in ${all.length} rows`);
    await call('deletePersona', DONE, id);
    await call.fails('getPersona', /^Messenger API - 100 \w+ /, id);
    await call.fails('sendText', /^Messenger API - 100 OAuthException /, world.psid, 'Hello', { personaId: id });
  },

  Insights: async (call) => {
    const days = { since: 1789000000, until: 1789400000 };
    const metrics = ['page_messages_new_conversations_unique', 'page_messages_total_messaging_connections'];
    await call('getInsights', [METRIC], metrics, days);
    await call('getBlockedConversations', { ...METRIC, name: 'page_messages_blocked_conversations_unique' }, days);
    await call('getReportedConversations', { ...METRIC, name: 'page_messages_reported_conversations_unique' });
    await call('getTotalMessagingConnections', { ...METRIC, name: metrics[1] }, days);
    await call('getNewConversations', { ...METRIC, name: metrics[0] }, {});
  },

  'Built-in NLP': async (call) => {
    await call('setNLPConfigs', DONE, { nlpEnabled: true, model: 'CUSTOM', customToken: 'token', verbose: true, nBest: 8 });
    await call('enableNLP', DONE);
    await call('disableNLP', DONE);
  },

  'Event logging': async (call) => {
    const events = [{ _eventName: 'fb_mobile_purchase', _valueToSum: 55.22, _fb_currency: 'USD' }];
    await call('logCustomEvents', DONE, { appId: world.app_id, pageId: world.page_id, pageScopedUserId: world.psid, events });
  },

  'ID matching': async (call) => {
    const who = { userId: world.psid, appSecret: world.app_secret };
    const apps = { data: [{ id: ID, app: { id: ID, name: String, link: String } }], paging: { cursors: { before: String, after: String } } };
    const pages = { data: [{ id: ID, page: { id: ID, name: String, link: String } }], paging: { cursors: { before: String, after: String } } };
    await call('getUserField', apps, { ...who, field: 'ids_for_apps' });
    await call('getIdsForApps', apps, { ...who, app: world.app_id });
    await call('getIdsForPages', pages, { ...who, page: world.page_id });
  },

  Labels: async (call) => {
    const { id } = await call('createLabel', { id: ID }, 'Regulars');
    await call('associateLabel', DONE, world.psid, id);
    await call('getAssociatedLabels', { data: [{ id, name: 'Regulars' }], paging: { cursors: { before: String, after: String } } }, world.psid);
    await call('getLabelDetails', { id, name: 'Regulars' }, id, { fields: ['id', 'name'] });
    await call('getLabelList', { data: [{ id: ID, name: String }] });
    await call('dissociateLabel', DONE, world.psid, id);
    await call('deleteLabel', DONE, id);
    await call.fails('getLabelDetails', /^Messenger API - 100 /, id);
  },

  'Apps and Pages': async (call) => {
    await call('getPageInfo', { id: world.page_id, name: String });
    await call('getPageInfo', { id: world.page_id }, { fields: ['id'] });
    const token = { appId: world.app_id, type: 'PAGE', application: String, expiresAt: Number, isValid: true, scopes: [String], profileId: world.page_id, dataAccessExpiresAt: Number, userId: String };
    await call('debugToken', token);
    const webhook = await listen();
    const fields = ['messages', 'messaging_postbacks'];
    await call('createSubscription', DONE, { callbackUrl: webhook.url, verifyToken: 'please', fields, includeValues: true });
    await call('createSubscription', DONE, { callbackUrl: webhook.url, verifyToken: 'please' });
    const subscription = { object: 'page', callbackUrl: webhook.url, active: true, fields: [{ name: String, version: /^v/ }] };
    await call('getSubscriptions', [subscription]);
    await call('getPageSubscription', subscription, { accessToken: `${world.app_id}|${world.app_secret}` });
    webhook.server.close();
    await call('getMessagingFeatureReview', [{ feature: String, status: String }]);
  },
};

// A webhook that wants to be one.
function listen() {
  const server = http.createServer((request, response) => {
    response.end(new URL(request.url, 'http://webhook').searchParams.get('hub.challenge'));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${server.address().port}/webhook` }));
  });
}

// Calls a method and keeps under its name what was wrong with the answer.
function caller(found) {
  const note = (method, ...several) => {
    found[method] = [...(found[method] || []), ...several];
  };
  const call = async (method, shape, ...args) => {
    try {
      const answer = await client[method](...args);
      note(method, ...problems(shape, answer));
      return answer;
    } catch (error) {
      note(method, told(error));
      return {};
    }
  };
  const fails = async (method, pattern, ...args) => {
    try {
      note(method, `succeeded with ${JSON.stringify(await client[method](...args))}, wanted ${pattern}`);
    } catch (error) {
      note(method, ...(pattern.test(error.message) ? [] : [told(error)]));
    }
  };
  return Object.assign(call, { note, fails });
}

function told(error) {
  const { response } = error;
  return response ? `${error.message.slice(0, 200)} (HTTP ${response.status})` : error.stack;
}

async function main() {
  const written = {};
  for (const [name, drive] of Object.entries(groups)) {
    written[name] = {};
    try {
      await drive(caller(written[name]));
    } catch (error) {
      written[name]['the group itself'] = [told(error)];
    }
  }
  const { prototype } = MessengerClient;
  const methods = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor' && typeof prototype[name] === 'function');
  process.stdout.write(JSON.stringify({ methods, groups: written }));
}

main();
