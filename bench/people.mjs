const EVENT_BYTES = 926;

/** A cart of three products of the person with this number, 926 bytes as JSON. */
export function cartEvent(person, { occurredAt, consent } = {}) {
  const event = {
    type: 'cart.updated',
    ...(occurredAt ? { occurredAt: occurredAt.toISOString() } : {}),
    contact: {
      email: `person-${person}@example.com`,
      externalId: `u-${person}`,
      firstName: 'Ingrid',
      locale: person % 2 ? 'ru' : 'en',
      ...(consent ? { consent: { marketing: true, source: 'checkout' } } : {}),
    },
    data: {
      cartId: `c-${person}`,
      currency: 'EUR',
      total: 337.8,
      url: `https://shop.example/cart/c-${person}?ref=`,
      items: [
        product('p-1042', 'Aalto Wool Coat', 159, 1),
        product('p-2207', 'Lumi Scarf', 24.9, 2),
        product('p-3315', 'Sierra Boots', 129, 1),
      ],
    },
  };
  event.data.url += 'x'.repeat(Math.max(0, EVENT_BYTES - Buffer.byteLength(JSON.stringify(event))));
  return event;
}

function product(productId, title, price, quantity) {
  const page = title.toLowerCase().replaceAll(' ', '-');
  return {
    productId,
    title,
    price,
    quantity,
    url: `https://shop.example/p/${page}`,
    imageUrl: `https://shop.example/images/${productId}.jpg`,
  };
}
