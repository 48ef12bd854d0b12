// A shop's bot as its maker would write it: it answers as Robin, and hands people who want a person to another app.

const { messenger, payload, route, router, text } = require('bottender/router');

const { FILES, OTHER_APP } = process.env;
let robin;

function asRobin(answer) {
  return async (context) => {
    robin = robin || context.client.createPersona({ name: 'Robin', profilePictureUrl: `${FILES}/robin.png` });
    context.usePersona((await robin).id);
    await answer(context);
  };
}

async function greet(context) {
  const quickReplies = [
    { contentType: 'text', title: 'Green', payload: 'GREEN' },
    { contentType: 'text', title: 'Black', payload: 'BLACK' },
  ];
  await context.markSeen();
  await context.typingOn();
  await context.sendText(`Hello ${context.session.user.firstName}! Which tea?`, { quickReplies });
}

async function recommend(context) {
  const buttons = [{ type: 'postback', title: 'Order', payload: 'ORDER' }];
  await context.sendGenericTemplate([{ title: 'Sencha', imageUrl: `${FILES}/sencha.png`, buttons }]);
}

async function confirm(context) {
  await context.sendText('Ordered.');
  await context.sendImage(`${FILES}/receipt.png`);
}

async function handOver(context) {
  await context.sendText('A colleague will answer.');
  await context.passThreadControl(OTHER_APP, 'wants a person');
}

async function listen() {}

module.exports = async function App() {
  return router([
    messenger.standby(listen),
    messenger.echo(listen),
    messenger.delivery(listen),
    messenger.read(listen),
    messenger.reaction.react(asRobin((context) => context.sendText(`Thank you for ${context.event.reaction.emoji}`))),
    payload('GREEN', asRobin(recommend)),
    payload('ORDER', asRobin(confirm)),
    text(/person/, asRobin(handOver)),
    messenger.message(asRobin(greet)),
    route('*', listen),
  ]);
};
