const ANNA = {
  email: 'anna@example.com',
  firstName: 'Anna',
  locale: 'en',
  consent: { marketing: true, source: 'checkout checkbox' },
};
const CART = {
  id: 'cart-81-v1',
  type: 'cart.updated',
  contact: ANNA,
  data: {
    cartId: '81',
    currency: 'EUR',
    total: 59.8,
    url: 'https://shop.example/cart/81',
    items: [{ productId: 'p1', title: 'Coat', price: 59.8, quantity: 1, url: 'https://shop.example/p1' }],
  },
};
const MJML =
  '<mjml><mj-head><mj-title>Welcome, {{default contact.firstName "friend"}}</mj-title><mj-preview>Have a look around</mj-preview>' +
  '</mj-head><mj-body><mj-section><mj-column><mj-text>Good to see you at {{store.name}}.</mj-text>' +
  '<mj-button href="https://shop.example/">Have a look around</mj-button></mj-column></mj-section></mj-body></mjml>';

/**
 * What /docs fills in for somebody who tries a route, by the schema of its body. Each can be sent as it is: a text made up for
 * every field that there is would be refused.
 */
export const API_EXAMPLES = {
  EventDto: CART,
  EventBatchDto: { events: [CART] },
  ContactDto: ANNA,
  ResetDto: { now: '2026-11-21T12:00:00Z' },
  AdvanceDto: { by: '45 minutes' },
  Scenario: {
    key: 'welcome',
    name: 'Welcome',
    messageClass: 'marketing',
    trigger: { type: 'event', event: 'user.registered' },
    exits: [{ event: 'order.placed', reason: 'purchased' }],
    steps: [
      { id: 'an-hour', type: 'wait', for: '1 hour' },
      { id: 'hello', type: 'email', template: 'welcome/hello', reason: 'you registered in our shop' },
    ],
  },
  PublishScenarioDto: {},
  StartPeopleDto: { people: [{ id: 'offer-17', contact: ANNA, subject: 'deal-17', data: { manager: 'Boris' } }] },
  SimulateDto: {
    event: CART,
    reactions: [
      { step: 'reminder', action: 'click', after: '1 hour' },
      { event: { type: 'order.placed', data: { orderId: '7', currency: 'EUR', total: 59.8 } }, after: '1 day' },
    ],
  },
  ExitEnrollmentDto: { reason: 'called_us' },
  TemplateDto: { key: 'welcome/hello', name: 'Welcome', locales: { en: MJML } },
  PublishTemplateDto: {},
  PreviewDto: { contact: { firstName: 'Anna' } },
  TestSendDto: { to: ['anna@example.com'] },
  PatchStoreDto: {
    name: 'Example Shop',
    url: 'https://shop.example',
    from: { name: 'Example Shop', email: 'hello@shop.example' },
    postalAddress: '1 High Street, Exampleton',
    timezone: 'Europe/Berlin',
    locale: 'en',
    currency: 'EUR',
  },
  CreateKeyDto: { name: 'checkout server', scopes: ['events:write'] },
  CreateConnectorDto: { kind: 'bounces', name: 'reader of the bounce mailbox' },
} as const;
