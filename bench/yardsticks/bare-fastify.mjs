// Yardstick: Fastify as it comes, no validation, no key, no database. What HTTP alone costs on this machine.
import Fastify from 'fastify';
import { answerCalls } from '../child.mjs';

const app = Fastify({ routerOptions: { maxParamLength: 8_192 } });
app.post('/v1/events', (request, reply) =>
  reply.code(202).send({ id: request.body.contact.externalId, duplicate: false }),
);
app.get('/t/c/:token', (_request, reply) => reply.redirect('https://shop.example/', 302));
answerCalls({}, await app.listen({ port: 0, host: '127.0.0.1' }));
