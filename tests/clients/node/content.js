// Contents for every kind of message, in the words of messaging-api-messenger's own types.

const SITE = { type: 'web_url', url: 'https://example.com/tea', title: 'Our teas', webviewHeightRatio: 'tall' };
const TALK = { type: 'postback', title: 'Talk to us', payload: 'HUMAN' };
const CALL = { type: 'phone_number', title: 'Call us', payload: '+15105550100' };

const QUICK_REPLIES = [
  { contentType: 'text', title: 'Green', payload: 'GREEN', imageUrl: 'https://example.com/green.png' },
  { contentType: 'text', title: 'Black', payload: 'BLACK' },
  { contentType: 'user_phone_number' },
  { contentType: 'user_email' },
];

const ELEMENTS = [
  {
    title: 'Sencha',
    subtitle: 'Green, from Shizuoka',
    imageUrl: 'https://example.com/sencha.png',
    defaultAction: {
      type: 'web_url',
      url: 'https://example.com/sencha',
      messengerExtensions: false,
      webviewHeightRatio: 'tall',
    },
    buttons: [SITE, TALK, CALL],
  },
  { title: 'Assam' },
];

const RECEIPT = {
  recipientName: 'Mona Weber',
  merchantName: 'Bluebird Tea',
  orderNumber: '12345678902',
  currency: 'EUR',
  paymentMethod: 'Visa 2345',
  timestamp: '1428444852',
  orderUrl: 'https://example.com/orders/12345678902',
  elements: [
    {
      title: 'Sencha',
      subtitle: '100 g',
      quantity: 2,
      price: 25,
      currency: 'EUR',
      imageUrl: 'https://example.com/sencha.png',
    },
  ],
  address: {
    street1: '1 Hacker Way',
    street2: '',
    city: 'Menlo Park',
    postalCode: '94025',
    state: 'CA',
    country: 'US',
  },
  summary: { subtotal: 50, shippingCost: 4.95, totalTax: 6.19, totalCost: 56.14 },
  adjustments: [{ name: 'New customer', amount: 5 }],
};

const AIRPORTS = {
  departureAirport: { airportCode: 'SFO', city: 'San Francisco', terminal: 'T4', gate: 'G8' },
  arrivalAirport: { airportCode: 'AMS', city: 'Amsterdam' },
};

const FLIGHT = {
  connectionId: 'c001',
  segmentId: 's001',
  flightNumber: 'KL9123',
  aircraftType: 'Boeing 737',
  ...AIRPORTS,
  flightSchedule: { boardingTime: '2026-01-02T19:05', departureTime: '2026-01-02T19:45', arrivalTime: '2026-01-03T17:30' },
  travelClass: 'business',
};

const BOARDING_PASS = {
  introMessage: 'You are checked in.',
  locale: 'en_US',
  boardingPass: [
    {
      passengerName: 'WEBER/MONA',
      pnrNumber: 'CG4X7U',
      travelClass: 'business',
      seat: '74J',
      logoImageUrl: 'https://example.com/logo.png',
      headerImageUrl: 'https://example.com/header.png',
      qrCode: 'M1WEBER/MONA  CG4X7U nawouehgawgnapwi3jfa0wfh',
      aboveBarCodeImageUrl: 'https://example.com/above.png',
      auxiliaryFields: [{ label: 'Terminal', value: 'T1' }],
      secondaryFields: [{ label: 'Boarding', value: '18:30' }],
      flightInfo: { flightNumber: 'KL0642', ...AIRPORTS, flightSchedule: FLIGHT.flightSchedule },
    },
  ],
};

const CHECKIN = {
  introMessage: 'Check-in is open.',
  locale: 'en_US',
  pnrNumber: 'ABCDEF',
  checkinUrl: 'https://example.com/check-in',
  flightInfo: [FLIGHT],
};

const ITINERARY = {
  introMessage: 'Here is your itinerary.',
  locale: 'en_US',
  pnrNumber: 'ABCDEF',
  passengerInfo: [{ name: 'Mona Weber', ticketNumber: '0741234567890', passengerId: 'p001' }],
  flightInfo: [FLIGHT],
  passengerSegmentInfo: [
    {
      segmentId: 's001',
      passengerId: 'p001',
      seat: '12A',
      seatType: 'Business',
      productInfo: [{ title: 'Lounge', value: 'Complimentary lounge access' }],
    },
  ],
  priceInfo: [{ title: 'Fuel surcharge', amount: '1597', currency: 'USD' }],
  basePrice: '12206',
  tax: '200',
  totalPrice: '14003',
  currency: 'USD',
};

const FLIGHT_UPDATE = {
  introMessage: 'Your flight is delayed.',
  updateType: 'delay',
  locale: 'en_US',
  pnrNumber: 'CF23G2',
  updateFlightInfo: { flightNumber: 'KL123', ...AIRPORTS, flightSchedule: FLIGHT.flightSchedule },
};

const NOTIFY_ME = { title: 'When it is in stock', payload: 'IN_STOCK' };

module.exports = {
  SITE,
  TALK,
  CALL,
  QUICK_REPLIES,
  ELEMENTS,
  RECEIPT,
  BOARDING_PASS,
  CHECKIN,
  ITINERARY,
  FLIGHT_UPDATE,
  NOTIFY_ME,
};
