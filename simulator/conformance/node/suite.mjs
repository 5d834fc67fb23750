// The official Node client against the simulator: what a caller of the provider sees, a caller of the simulator sees.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

const Stripe = createRequire(import.meta.url)(process.env.STRIPE_PACKAGE);
const url = new URL(process.env.SIMULATOR_URL);
const HELD = { amount: 2000, currency: 'usd', capture_method: 'manual', allowed_payment_method_types: ['card'] };
// The version of the API that the product speaks, and how it asks for the same there.
const SPOKEN = '2025-09-30.clover';
const NAMED = { amount: 2000, currency: 'usd', capture_method: 'manual', payment_method_types: ['card'] };

// A client with the secret key of a numbered account, and the version of the API that the client comes with.
function client(account = 1, retries = 0, key = `sk_test_flashsale_${String(account).padStart(4, '0')}`, version) {
  const { hostname: host, port } = url;
  const pinned = version && { apiVersion: version };
  return new Stripe(key, { host, port, protocol: 'http', maxNetworkRetries: retries, telemetry: false, ...pinned });
}

const held = (card = 'pm_card_visa', more = {}) => ({ ...HELD, payment_method: card, confirm: true, ...more });

// What a call is rejected with.
async function refused(promise, type) {
  const error = await promise.then(() => assert.fail('it was not refused'), (error) => error);
  assert.equal(error.type, type, error.stack);
  return error;
}

// How often a rule of faults.toml has struck.
async function struck(rule) {
  const headers = { authorization: 'Bearer sk_test_flashsale_0001' };
  const answer = await fetch(new URL('/_simulator/faults', url), { headers });
  return (await answer.json()).struck[rule - 1];
}

test('an intent is created, confirmed, captured and refunded', async () => {
  const stripe = client();
  await goesThroughItsLife(stripe, HELD, stripe.getApiField('version'));
});

test('the same in the version that the product speaks', async () => {
  await goesThroughItsLife(client(1, 0, undefined, SPOKEN), NAMED, SPOKEN);
});

// `cards` is what an intent for cards is asked for by in this version.
async function goesThroughItsLife(stripe, cards, version) {
  let intent = await stripe.paymentIntents.create({ ...cards, metadata: { order: '7' } });
  assert.deepEqual([intent.status, intent.metadata.order], ['requires_payment_method', '7']);
  assert.equal(intent.lastResponse.headers['stripe-version'], version);
  assert.deepEqual(intent.payment_method_types, ['card']);
  intent = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', expand: ['latest_charge'] });
  assert.deepEqual([intent.status, intent.amount_capturable], ['requires_capture', 2000]);
  const charge = intent.latest_charge;
  assert.ok(charge.payment_method_details.card.capture_before > intent.created);
  intent = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 });
  assert.deepEqual([intent.status, intent.amount_received], ['succeeded', 1500]);
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
  assert.deepEqual([refund.status, refund.charge], ['succeeded', charge.id]);
  const over = stripe.refunds.create({ payment_intent: intent.id, amount: 1001 });
  assert.equal((await refused(over, 'StripeInvalidRequestError')).param, 'amount');
  await stripe.refunds.create({ payment_intent: intent.id });
  const again = stripe.refunds.create({ payment_intent: intent.id });
  assert.equal((await refused(again, 'StripeInvalidRequestError')).code, 'charge_already_refunded');
  const listed = await stripe.refunds.list({ payment_intent: intent.id });
  assert.deepEqual(listed.data.map((refund) => refund.amount), [1000, 500]);
  assert.equal((await stripe.events.list({ limit: 1 })).data[0].object, 'event');
}

test('what is cancelled stays so', async () => {
  const stripe = client();
  const { id } = await stripe.paymentIntents.create(held());
  const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' });
  assert.deepEqual([canceled.status, canceled.cancellation_reason], ['canceled', 'abandoned']);
  for (const call of ['capture', 'confirm', 'cancel']) {
    const error = await refused(stripe.paymentIntents[call](id), 'StripeInvalidRequestError');
    assert.equal(error.code, 'payment_intent_unexpected_state');
    assert.equal(error.payment_intent.status, 'canceled');
  }
});

test('a cardholder authenticates, or does not', async () => {
  const stripe = client();
  const params = held('pm_card_authenticationRequired', { return_url: 'http://shop.test/back' });
  for (const [outcome, status] of [['succeed', 'requires_capture'], ['fail', 'requires_payment_method']]) {
    const intent = await stripe.paymentIntents.create(params);
    assert.deepEqual([intent.status, intent.next_action.type], ['requires_action', 'redirect_to_url']);
    const body = new URLSearchParams({ outcome });
    const page = await fetch(intent.next_action.redirect_to_url.url, { method: 'POST', body, redirect: 'manual' });
    assert.equal(page.status, 303);
    await page.text();
    assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, status);
  }
});

test('lists page by themselves', async () => {
  const stripe = client(10);
  const made = [];
  for (let i = 0; i < 7; i++) made.push((await stripe.paymentIntents.create(HELD)).id);
  const seen = await stripe.paymentIntents.list({ limit: 3 }).autoPagingToArray({ limit: 100 });
  assert.deepEqual(seen.map((intent) => intent.id), [...made].reverse());
  const back = await stripe.paymentIntents.list({ limit: 2, ending_before: made[2] }).autoPagingToArray({ limit: 100 });
  assert.deepEqual(back.map((intent) => intent.id), made.slice(3));
});

test('declines', async () => {
  for (const [card, code, declineCode] of [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ]) {
    const error = await refused(client().paymentIntents.create(held(card)), 'StripeCardError');
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, code, declineCode]);
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    assert.match(error.requestId, /^req_/);
  }
});

test('invalid requests', async () => {
  for (const [params, code, param] of [
    [{ ...HELD, color: 'red' }, 'parameter_unknown', 'color'],
    [{ currency: 'usd' }, 'parameter_missing', 'amount'],
    [{ ...HELD, amount: 'ten' }, 'parameter_invalid_integer', 'amount'],
    [held('pm_none'), 'resource_missing', 'payment_method'],
  ]) {
    const error = await refused(client().paymentIntents.create(params), 'StripeInvalidRequestError');
    assert.deepEqual([error.code, error.param], [code, param]);
  }
  const error = await refused(client().paymentIntents.retrieve('pi_none'), 'StripeInvalidRequestError');
  assert.deepEqual([error.statusCode, error.code], [404, 'resource_missing']);
  await refused(client(1, 0, 'sk_test_wrong').paymentIntents.list(), 'StripeAuthenticationError');
  await refused(client().paymentIntents.list({}, { stripeAccount: 'acct_unknown' }), 'StripePermissionError');
  await refused(client(1, 0, 'pk_test_flashsale_0001').paymentIntents.list(), 'StripePermissionError');
});

test('versions', async () => {
  const pinned = client();
  // What this release of the client pins is served as such.
  const intent = await pinned.paymentIntents.create(HELD);
  assert.equal(intent.lastResponse.apiVersion, pinned.getApiField('version'));
  assert.equal(intent.lastResponse.headers['stripe-version'], pinned.getApiField('version'));
  const removed = await refused(pinned.paymentIntents.create(NAMED), 'StripeInvalidRequestError');
  assert.equal(removed.code, 'payment_method_types_no_longer_supported');
  const older = await pinned.paymentIntents.create(NAMED, { apiVersion: '2026-08-26.dahlia' });
  assert.equal(older.lastResponse.headers['stripe-version'], '2026-08-26.dahlia');
  const none = pinned.paymentIntents.create(HELD, { apiVersion: '2026-10-28.clover' });
  const error = await refused(none, 'StripeInvalidRequestError');
  assert.equal(error.statusCode, 400);
  assert.match(error.message, /^Invalid Stripe API version: 2026-10-28.clover/);
});

test('the same key is the same request', async () => {
  const stripe = client();
  const options = { idempotencyKey: 'replay' };
  const first = await stripe.paymentIntents.create(HELD, options);
  const second = await stripe.paymentIntents.create(HELD, options);
  assert.equal(first.id, second.id);
  assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
  assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(second.lastResponse.headers['original-request'], first.lastResponse.requestId);
  const other = stripe.paymentIntents.create({ ...HELD, amount: 2001 }, options);
  assert.equal((await refused(other, 'StripeIdempotencyError')).statusCode, 400);
});

test('a twin in flight is a conflict', async () => {
  const options = { idempotencyKey: 'twin' };
  const first = client(8).paymentIntents.create(HELD, options);
  while ((await struck(7)) === 0) await wait(10);
  const error = await refused(client(8).paymentIntents.create(HELD, options), 'StripeAPIError');
  assert.deepEqual([error.statusCode, error.code], [409, 'idempotency_key_in_use']);
  const second = await client(8, 5).paymentIntents.create(HELD, options);
  assert.equal((await first).id, second.id);
});

test('a reset after the effect is retried under the same key', async () => {
  const intent = await client(2, 2).paymentIntents.create(HELD);
  assert.equal(await struck(1), 2);
  assert.equal(intent.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal((await client(2).paymentIntents.list()).data.length, 1);
});

test('a conflict is retried', async () => {
  await client(3, 2).paymentIntents.create(HELD);
  assert.equal(await struck(2), 2);
});

test('a remembered error is replayed to every retry', async () => {
  const error = await refused(client(4, 2).paymentIntents.create(HELD), 'StripeAPIError');
  assert.deepEqual([error.statusCode, error.headers['idempotent-replayed']], [500, 'true']);
  assert.equal(await struck(3), 1);
});

test('Stripe-Should-Retry is heeded', async () => {
  const error = await refused(client(5, 2).paymentIntents.create(HELD), 'StripeAPIError');
  assert.equal(error.headers['idempotent-replayed'], undefined);
  await client(6, 1).paymentIntents.create(HELD);
  assert.equal(await struck(5), 1);
  const limited = await refused(client(7, 2).paymentIntents.create(HELD), 'StripeRateLimitError');
  assert.equal(limited.headers['stripe-rate-limited-reason'], 'global-rate');
});

test('a reset before a read is retried', async () => {
  const { id } = await client(9).paymentIntents.create(HELD);
  assert.equal((await client(9, 2).paymentIntents.retrieve(id)).id, id);
  assert.equal(await struck(8), 2);
});

test('events are signed and come at least once', async (t) => {
  const taken = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    taken.push([Buffer.concat(chunks), request.headers['stripe-signature']]);
    response.end();
    server.emit('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections() ?? server.close());
  const stripe = client();
  const endpoint = await stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${server.address().port}/`,
    enabled_events: ['payment_intent.canceled'],
    api_version: stripe.getApiField('version'),
  });
  const intent = await stripe.paymentIntents.create(HELD);
  await stripe.paymentIntents.cancel(intent.id);
  while (taken.length < 2) await once(server, 'taken', { signal: AbortSignal.timeout(20_000) });
  const events = taken.map(([body, signature]) => stripe.webhooks.constructEvent(body, signature, endpoint.secret));
  assert.deepEqual(events.map((event) => event.data.object.id), [intent.id, intent.id]);
  assert.equal(events[0].id, events[1].id);
  assert.equal(events[0].api_version, stripe.getApiField('version'));
  assert.deepEqual([events[0].type, events[0].data.object.status], ['payment_intent.canceled', 'canceled']);
  const [body, signature] = taken[0];
  for (const [wrong, secret] of [[`${body} `, endpoint.secret], [body, 'whsec_other']]) {
    const forge = () => stripe.webhooks.constructEvent(wrong, signature, secret);
    assert.throws(forge, { type: 'StripeSignatureVerificationError' });
  }
  assert.equal((await stripe.events.retrieve(events[0].id)).id, events[0].id);
  assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
});
