import { BOOL, ID, INSTANT, listOf, MONEY, NUMBER, recordOf, TEXT, type Shape } from './shape.js';

const ITEM = recordOf({
  productId: ID,
  variantId: ID,
  sku: ID,
  title: TEXT,
  variantTitle: TEXT,
  brand: TEXT,
  category: TEXT,
  categoryId: ID,
  size: ID,
  color: TEXT,
  price: MONEY,
  oldPrice: MONEY,
  discount: MONEY,
  total: MONEY,
  currency: TEXT,
  quantity: NUMBER,
  url: TEXT,
  imageUrl: TEXT,
});

const MONEY_FIELDS = { currency: TEXT, total: MONEY, subtotal: MONEY, discount: MONEY, shipping: MONEY, tax: MONEY };
const BASKET = { ...MONEY_FIELDS, cartId: ID, url: TEXT, coupon: TEXT, items: listOf(ITEM) };
const ORDER = {
  ...BASKET,
  orderId: ID,
  orderNumber: ID,
  checkoutId: ID,
  status: TEXT,
  paymentMethod: TEXT,
  paymentUrl: TEXT,
  paidAt: INSTANT,
  shippingMethod: TEXT,
  deliveredAt: INSTANT,
  reason: TEXT,
  comment: TEXT,
};
const PRODUCT = { ...(ITEM.kind === 'record' ? ITEM.fields : {}), inStock: BOOL, stock: NUMBER };
const PLAN = { planId: ID, plan: TEXT, currency: TEXT, price: MONEY, total: MONEY, period: TEXT, url: TEXT };
const TRIAL = { ...PLAN, trialId: ID, startedAt: INSTANT, endsAt: INSTANT, endedAt: INSTANT, daysLeft: NUMBER };
const INVOICE = { ...ORDER, invoiceId: ID, invoiceNumber: ID, dueAt: INSTANT };
const DEAL = {
  dealId: ID,
  title: TEXT,
  stage: TEXT,
  previousStage: TEXT,
  pipeline: TEXT,
  currency: TEXT,
  total: MONEY,
  reason: TEXT,
  isTarget: BOOL,
  managerId: ID,
  manager: TEXT,
  managerEmail: TEXT,
  until: INSTANT,
  comment: TEXT,
};
const CALL = {
  callId: ID,
  dealId: ID,
  phone: TEXT,
  outcome: TEXT,
  durationSeconds: NUMBER,
  manager: TEXT,
  comment: TEXT,
};
const LOYALTY = {
  programId: ID,
  points: NUMBER,
  balance: NUMBER,
  level: TEXT,
  reason: TEXT,
  expiresAt: INSTANT,
  url: TEXT,
};
const OFFER = {
  offerId: ID,
  dealId: ID,
  title: TEXT,
  currency: TEXT,
  total: MONEY,
  code: TEXT,
  url: TEXT,
  expiresAt: INSTANT,
  items: listOf(ITEM),
};
const SUBSCRIPTION = {
  listId: ID,
  list: TEXT,
  source: TEXT,
  formId: ID,
  form: TEXT,
  pageUrl: TEXT,
  referrer: TEXT,
  url: TEXT,
};

/** Typed data of the standard event types; any other `a.b` type is taken as it is. */
const STANDARD: Readonly<Record<string, Shape>> = {
  'cart.updated': recordOf(BASKET),
  'checkout.started': recordOf({
    ...BASKET,
    checkoutId: ID,
    orderId: ID,
    step: TEXT,
    paymentUrl: TEXT,
    shippingMethod: TEXT,
    paymentMethod: TEXT,
  }),
  'order.placed': recordOf(ORDER),
  'order.paid': recordOf(ORDER),
  'order.cancelled': recordOf({ ...ORDER, cancelledAt: INSTANT }),
  'order.refunded': recordOf({ ...ORDER, refundId: ID, refunded: MONEY }),
  'order.delivered': recordOf(ORDER),
  'shipment.updated': recordOf({
    ...ORDER,
    shipmentId: ID,
    carrier: TEXT,
    trackingNumber: ID,
    trackingUrl: TEXT,
    expectedAt: INSTANT,
  }),
  'product.viewed': recordOf(PRODUCT),
  'category.viewed': recordOf({
    categoryId: ID,
    category: TEXT,
    title: TEXT,
    url: TEXT,
    imageUrl: TEXT,
    items: listOf(ITEM),
  }),
  'search.performed': recordOf({ query: TEXT, results: NUMBER, url: TEXT, items: listOf(ITEM) }),
  'wishlist.added': recordOf({ ...PRODUCT, wishlistId: ID, items: listOf(ITEM) }),
  'wishlist.removed': recordOf({ ...PRODUCT, wishlistId: ID, items: listOf(ITEM) }),
  'trial.started': recordOf(TRIAL),
  'trial.ended': recordOf(TRIAL),
  'subscription.paid': recordOf({ ...PLAN, subscriptionId: ID, trialId: ID, orderId: ID, paidUntil: INSTANT }),
  'lead_magnet.requested': recordOf({
    ...SUBSCRIPTION,
    magnetId: ID,
    magnet: TEXT,
    title: TEXT,
    fileUrl: TEXT,
    coupon: TEXT,
    discountPercent: NUMBER,
  }),
  'subscriber.confirmed': recordOf(SUBSCRIPTION),
  'user.registered': recordOf({ ...SUBSCRIPTION, userId: ID, confirmUrl: TEXT }),
  'invoice.issued': recordOf(INVOICE),
  'invoice.paid': recordOf({ ...INVOICE }),
  'info.requested': recordOf({
    requestId: ID,
    dealId: ID,
    topic: TEXT,
    message: TEXT,
    productId: ID,
    product: TEXT,
    source: TEXT,
    url: TEXT,
  }),
  'offer.sent': recordOf(OFFER),
  'deal.stage_changed': recordOf(DEAL),
  'deal.closed_lost': recordOf(DEAL),
  'deal.snoozed': recordOf(DEAL),
  'call.inbound': recordOf(CALL),
  'call.completed': recordOf(CALL),
  'reply.received': recordOf({ messageId: ID, dealId: ID, subject: TEXT, text: TEXT, channel: TEXT }),
  'survey.answered': recordOf({
    surveyId: ID,
    survey: TEXT,
    question: TEXT,
    answer: TEXT,
    score: NUMBER,
    comment: TEXT,
    orderId: ID,
  }),
  'review.published': recordOf({
    reviewId: ID,
    productId: ID,
    orderId: ID,
    title: TEXT,
    text: TEXT,
    rating: NUMBER,
    url: TEXT,
  }),
  'referral.converted': recordOf({
    referralId: ID,
    referredContact: TEXT,
    orderId: ID,
    currency: TEXT,
    total: MONEY,
    reward: MONEY,
    points: NUMBER,
  }),
  'loyalty.accrued': recordOf(LOYALTY),
  'loyalty.expiring': recordOf(LOYALTY),
  'exit_intent.captured': recordOf({ ...SUBSCRIPTION, cartId: ID, coupon: TEXT }),
  'event.attended': recordOf({
    eventId: ID,
    title: TEXT,
    place: TEXT,
    startedAt: INSTANT,
    endedAt: INSTANT,
    url: TEXT,
    recordingUrl: TEXT,
  }),
};

/** `cart.updated`: two or more lower-case words joined by dots. */
export const EVENT_TYPE = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

export const LONGEST_EVENT_TYPE = 100;

export function isEventType(text: string): boolean {
  return text.length <= LONGEST_EVENT_TYPE && EVENT_TYPE.test(text);
}

/** Names of the standard event types, in the order of the API's page. */
export const STANDARD_EVENT_TYPES: readonly string[] = Object.keys(STANDARD);

/** The typed data of a standard event type; undefined for the store's own types. */
export function standardShape(type: string): Shape | undefined {
  return Object.hasOwn(STANDARD, type) ? STANDARD[type] : undefined;
}
