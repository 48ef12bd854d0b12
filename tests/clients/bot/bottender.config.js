module.exports = {
  session: { driver: 'memory', stores: { memory: { maxSize: 500 } } },
  channels: {
    messenger: {
      enabled: true,
      path: '/webhooks/messenger',
      origin: process.env.MESSENGER_ORIGIN,
      pageId: process.env.MESSENGER_PAGE_ID,
      accessToken: process.env.MESSENGER_ACCESS_TOKEN,
      appId: process.env.MESSENGER_APP_ID,
      appSecret: process.env.MESSENGER_APP_SECRET,
      verifyToken: process.env.MESSENGER_VERIFY_TOKEN,
      skipLegacyProfile: false,
      profile: {
        getStarted: { payload: 'GET_STARTED' },
        greeting: [{ locale: 'default', text: 'Welcome to Bluebird Tea' }],
        iceBreakers: [{ question: 'Where is my parcel?', payload: 'PARCEL' }],
      },
    },
  },
};
