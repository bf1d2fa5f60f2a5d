import { aCompiled, after, aRun, facts, NINE } from '../../test/support/domain-builders.js';
import { changedTopics } from './preferences.js';
import { decideSend } from './send-decision.js';

const steps = [{ id: 'a', type: 'email', template: 'x/a', reason: 'r' }];
const carts = { key: 'carts', label: { en: 'Carts' } };
const now = new Date(NINE);

const verdict = (messageClass: string, contact: object, over: object = {}) => {
  const decision = decideSend(aCompiled({ messageClass, steps, ...over }), 'a', aRun(), facts({ contact }), now, now);
  return decision.kind === 'skip' ? decision.reason : decision.kind;
};

describe('what a person chose', () => {
  it.each([
    ['marketing', { declined: ['class:marketing'] }, {}, 'class_declined'],
    ['care', { declined: ['class:marketing'] }, {}, 'send'],
    ['care', { declined: ['class:care'] }, {}, 'class_declined'],
    ['marketing', { declined: ['group:carts'] }, { group: carts }, 'group_declined'],
    ['marketing', { declined: ['group:carts'] }, {}, 'send'],
    ['marketing', { declined: ['group:abandoned-cart'] }, {}, 'group_declined'],
    ['marketing', { declined: ['group:abandoned-cart'] }, { group: carts }, 'send'],
    ['marketing', { pausedUntil: after({ ms: 1 }).toISOString() }, {}, 'paused_by_person'],
    ['care', { pausedUntil: after({ ms: 1 }).toISOString() }, {}, 'paused_by_person'],
    ['marketing', { pausedUntil: NINE }, {}, 'send'],
    ['marketing', { declined: ['class:marketing'], marketingConsent: false }, {}, 'no_consent'],
  ])('%s with %j in %j: %s', (messageClass, contact, over, expected) => {
    expect(verdict(messageClass, contact, over)).toBe(expected);
  });

  it('never keeps a service letter back', () => {
    const contact = {
      declined: ['class:service', 'group:abandoned-cart'],
      pausedUntil: after({ days: 9 }).toISOString(),
    };
    expect(verdict('service', contact)).toBe('send');
  });
});

describe('a choice among topics', () => {
  it('declines what was shown and is not wanted, takes back what is wanted, and leaves the rest', () => {
    expect(
      changedTopics(['group:gone', 'group:carts'], {
        shown: ['group:carts', 'group:trials', 'class:care'],
        wanted: ['group:carts', 'class:care'],
      }),
    ).toEqual({
      declined: ['group:gone', 'group:trials'],
      changes: [
        { topic: 'group:carts', wanted: true },
        { topic: 'group:trials', wanted: false },
      ],
    });
  });

  it('is kept in the order of the alphabet, as is what two contacts of one person declined', () => {
    const { declined } = changedTopics(['group:gone'], { shown: ['class:care'], wanted: [] });
    expect(declined).toEqual(['class:care', 'group:gone']);
  });
});
