import fastify from 'fastify';
import { registerBodyParsers } from './json-body.js';

describe('a body that is not JSON', () => {
  it('is told of the byte order mark that it begins with: nobody sees one in a message', async () => {
    const server = fastify();
    registerBodyParsers(server);
    server.post('/', () => 'taken');
    const answer = await server.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/json' },
      payload: '\uFEFF{}',
    });
    expect(answer.json()).toMatchObject({ message: 'the body begins with a byte order mark: send it without' });
  });
});
