"""The official Python client against the simulator: what a caller of the provider sees, a caller of the simulator sees."""

import json
import os
import queue
import threading
import time
import unittest
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

URL = os.environ["SIMULATOR_URL"]
HELD = {"amount": 2000, "currency": "usd", "capture_method": "manual", "allowed_payment_method_types": ["card"]}
# The version of the API that the product speaks, and how it asks for the same there.
SPOKEN = "2025-09-30.clover"
NAMED = {"amount": 2000, "currency": "usd", "capture_method": "manual", "payment_method_types": ["card"]}


def client(account=1, retries=0, key=None, version=None):
    """A client with the secret key of a numbered account, and the version of the API that the client comes with."""
    return stripe.StripeClient(
        key or f"sk_test_flashsale_{account:04}",
        base_addresses={"api": URL},
        max_network_retries=retries,
        stripe_version=version or stripe.api_version,
    ).v1


def held(card="pm_card_visa", **more):
    return {**HELD, "payment_method": card, "confirm": True, **more}


def struck(rule):
    """How often a rule of faults.toml has struck."""
    request = urllib.request.Request(
        f"{URL}/_simulator/faults", headers={"Authorization": "Bearer sk_test_flashsale_0001"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["struck"][rule - 1]


class Lifecycle(unittest.TestCase):
    def test_create_confirm_capture_refund(self):
        self.goes_through_its_life(client(), HELD, stripe.api_version)

    def test_the_same_in_the_version_that_the_product_speaks(self):
        self.goes_through_its_life(client(version=SPOKEN), NAMED, SPOKEN)

    def goes_through_its_life(self, v1, cards, version):
        """`cards` is what an intent for cards is asked for by in this version."""
        intent = v1.payment_intents.create(params={**cards, "metadata": {"order": "7"}})
        self.assertEqual((intent.status, intent.metadata["order"]), ("requires_payment_method", "7"))
        self.assertEqual(intent.last_response.headers["stripe-version"], version)
        self.assertEqual(intent.payment_method_types, ["card"])
        intent = v1.payment_intents.confirm(
            intent.id, params={"payment_method": "pm_card_visa", "expand": ["latest_charge"]}
        )
        self.assertEqual((intent.status, intent.amount_capturable), ("requires_capture", 2000))
        charge = intent.latest_charge
        self.assertIsInstance(charge, stripe.Charge)
        self.assertGreater(charge.payment_method_details.card.capture_before, intent.created)
        intent = v1.payment_intents.capture(intent.id, params={"amount_to_capture": 1500})
        self.assertEqual((intent.status, intent.amount_received), ("succeeded", 1500))
        refund = v1.refunds.create(params={"payment_intent": intent.id, "amount": 500})
        self.assertEqual((refund.status, refund.charge), ("succeeded", charge.id))
        with self.assertRaises(stripe.InvalidRequestError) as raised:
            v1.refunds.create(params={"payment_intent": intent.id, "amount": 1001})
        self.assertEqual((raised.exception.http_status, raised.exception.param), (400, "amount"))
        v1.refunds.create(params={"payment_intent": intent.id})
        with self.assertRaises(stripe.InvalidRequestError) as raised:
            v1.refunds.create(params={"payment_intent": intent.id})
        self.assertEqual(raised.exception.code, "charge_already_refunded")
        listed = v1.refunds.list(params={"payment_intent": intent.id})
        self.assertEqual([refund.amount for refund in listed], [1000, 500])
        self.assertIsInstance(v1.events.list(params={"limit": 1}).data[0], stripe.Event)

    def test_cancel_and_unexpected_states(self):
        v1 = client()
        intent = v1.payment_intents.create(params=held())
        canceled = v1.payment_intents.cancel(intent.id, params={"cancellation_reason": "abandoned"})
        self.assertEqual((canceled.status, canceled.cancellation_reason), ("canceled", "abandoned"))
        for call in (v1.payment_intents.capture, v1.payment_intents.confirm, v1.payment_intents.cancel):
            with self.assertRaises(stripe.InvalidRequestError) as raised:
                call(intent.id)
            self.assertEqual(raised.exception.code, "payment_intent_unexpected_state")
            self.assertEqual(raised.exception.error.payment_intent.status, "canceled")

    def test_authentication(self):
        v1 = client()
        params = held("pm_card_authenticationRequired", return_url="http://shop.test/back")
        for outcome, status in (("succeed", "requires_capture"), ("fail", "requires_payment_method")):
            intent = v1.payment_intents.create(params=params)
            self.assertEqual((intent.status, intent.next_action.type), ("requires_action", "redirect_to_url"))
            page = urllib.request.Request(intent.next_action.redirect_to_url.url, f"outcome={outcome}".encode())
            with self.assertRaises(urllib.error.HTTPError) as raised:
                urllib.request.build_opener(NoRedirect).open(page)
            self.assertEqual(raised.exception.code, 303)
            raised.exception.close()
            self.assertEqual(v1.payment_intents.retrieve(intent.id).status, status)

    def test_pagination(self):
        v1 = client(account=10)
        made = [v1.payment_intents.create(params=HELD).id for _ in range(7)]
        pages = v1.payment_intents.list(params={"limit": 3})
        self.assertTrue(pages.has_more)
        self.assertEqual([intent.id for intent in pages.auto_paging_iter()], made[::-1])
        back = v1.payment_intents.list(params={"limit": 2, "ending_before": made[2]})
        self.assertEqual([intent.id for intent in back.auto_paging_iter()], made[3:])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Errors(unittest.TestCase):
    def test_declines(self):
        for card, code, decline_code in (
            ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
            ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ):
            with self.assertRaises(stripe.CardError) as raised:
                client().payment_intents.create(params=held(card))
            error = raised.exception
            self.assertEqual((error.http_status, error.code), (402, code))
            self.assertEqual(error.error.decline_code, decline_code)
            self.assertEqual(error.error.payment_intent.status, "requires_payment_method")
            self.assertTrue(error.request_id.startswith("req_"))

    def test_invalid_requests(self):
        for params, code, param in (
            ({**HELD, "color": "red"}, "parameter_unknown", "color"),
            ({"currency": "usd"}, "parameter_missing", "amount"),
            ({**HELD, "amount": "ten"}, "parameter_invalid_integer", "amount"),
            (held("pm_none"), "resource_missing", "payment_method"),
        ):
            with self.assertRaises(stripe.InvalidRequestError) as raised:
                client().payment_intents.create(params=params)
            self.assertEqual((raised.exception.code, raised.exception.param), (code, param))
        with self.assertRaises(stripe.InvalidRequestError) as raised:
            client().payment_intents.retrieve("pi_none")
        self.assertEqual((raised.exception.http_status, raised.exception.code), (404, "resource_missing"))

    def test_keys_and_accounts(self):
        with self.assertRaises(stripe.AuthenticationError):
            client(key="sk_test_wrong").payment_intents.list()
        with self.assertRaises(stripe.PermissionError):
            client().payment_intents.list(options={"stripe_account": "acct_unknown"})
        with self.assertRaises(stripe.PermissionError):
            client(key="pk_test_flashsale_0001").payment_intents.list()


class Versions(unittest.TestCase):
    def test_versions(self):
        v1 = client()
        # What this release of the client pins is served as such.
        intent = v1.payment_intents.create(params=HELD)
        self.assertEqual(intent.last_response.headers["stripe-version"], stripe.api_version)
        with self.assertRaises(stripe.InvalidRequestError) as raised:
            v1.payment_intents.create(params=NAMED)
        self.assertEqual(raised.exception.code, "payment_method_types_no_longer_supported")
        older = v1.payment_intents.create(params=NAMED, options={"stripe_version": "2026-08-26.dahlia"})
        self.assertEqual(older.last_response.headers["stripe-version"], "2026-08-26.dahlia")
        with self.assertRaises(stripe.InvalidRequestError) as raised:
            v1.payment_intents.create(params=HELD, options={"stripe_version": "2026-10-28.clover"})
        self.assertEqual(raised.exception.http_status, 400)
        self.assertRegex(raised.exception.user_message, "^Invalid Stripe API version: 2026-10-28.clover")


class Idempotency(unittest.TestCase):
    def test_replay(self):
        options = {"idempotency_key": "replay"}
        first = client().payment_intents.create(params=HELD, options=options)
        second = client().payment_intents.create(params=HELD, options=options)
        self.assertEqual(first.id, second.id)
        self.assertNotIn("idempotent-replayed", first.last_response.headers)
        self.assertEqual(second.last_response.headers["idempotent-replayed"], "true")
        self.assertEqual(second.last_response.headers["original-request"], first.last_response.request_id)

    def test_other_parameters(self):
        options = {"idempotency_key": "mismatch"}
        client().payment_intents.create(params=HELD, options=options)
        with self.assertRaises(stripe.IdempotencyError) as raised:
            client().payment_intents.create(params={**HELD, "amount": 2001}, options=options)
        self.assertEqual(raised.exception.http_status, 400)

    def test_a_twin_in_flight(self):
        options = {"idempotency_key": "twin"}
        made = queue.Queue()
        first = threading.Thread(
            target=lambda: made.put(client(8).payment_intents.create(params=HELD, options=options))
        )
        first.start()
        while struck(7) == 0:
            time.sleep(0.01)
        with self.assertRaises(stripe.APIError) as raised:
            client(8).payment_intents.create(params=HELD, options=options)
        self.assertEqual((raised.exception.http_status, raised.exception.error.code), (409, "idempotency_key_in_use"))
        second = client(8, retries=5).payment_intents.create(params=HELD, options=options)
        first.join()
        self.assertEqual(made.get().id, second.id)


class Retries(unittest.TestCase):
    def test_a_reset_after_the_effect(self):
        with self.assertRaises(stripe.APIConnectionError):
            client(2).payment_intents.create(params=HELD)
        intent = client(2, retries=2).payment_intents.create(params=HELD)
        self.assertEqual(struck(1), 2)
        self.assertEqual(intent.last_response.headers["idempotent-replayed"], "true")
        self.assertEqual(len(client(2).payment_intents.list().data), 2)

    def test_a_conflict(self):
        client(3, retries=2).payment_intents.create(params=HELD)
        self.assertEqual(struck(2), 2)

    def test_a_remembered_error_is_replayed_to_every_retry(self):
        with self.assertRaises(stripe.APIError) as raised:
            client(4, retries=2).payment_intents.create(params=HELD)
        self.assertEqual(raised.exception.http_status, 500)
        self.assertEqual(raised.exception.headers["idempotent-replayed"], "true")
        self.assertEqual(struck(3), 1)

    def test_stripe_should_retry(self):
        with self.assertRaises(stripe.APIError) as raised:
            client(5, retries=2).payment_intents.create(params=HELD)
        self.assertNotIn("idempotent-replayed", raised.exception.headers)
        client(6, retries=1).payment_intents.create(params=HELD)
        self.assertEqual(struck(5), 1)
        with self.assertRaises(stripe.RateLimitError) as raised:
            client(7, retries=2).payment_intents.create(params=HELD)
        self.assertEqual(raised.exception.headers["stripe-rate-limited-reason"], "global-rate")

    def test_a_reset_before_a_read(self):
        intent = client(9).payment_intents.create(params=HELD)
        self.assertEqual(client(9, retries=2).payment_intents.retrieve(intent.id).id, intent.id)
        self.assertEqual(struck(8), 2)


class Webhooks(unittest.TestCase):
    def test_events_are_signed_and_come_at_least_once(self):
        taken = queue.Queue()

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                taken.put((body, self.headers["stripe-signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        v1 = client()
        endpoint = v1.webhook_endpoints.create(
            params={"url": f"http://127.0.0.1:{server.server_port}/", "enabled_events": ["payment_intent.canceled"], "api_version": stripe.api_version}
        )
        intent = v1.payment_intents.create(params=HELD)
        v1.payment_intents.cancel(intent.id)
        events = []
        while len(events) < 2:
            body, signature = taken.get(timeout=20)
            event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
            if event.data.object.id == intent.id:
                events.append(event)
            with self.assertRaises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(body + b" ", signature, endpoint.secret)
            with self.assertRaises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(body, signature, "whsec_other")
        self.assertEqual(events[0].id, events[1].id)
        self.assertEqual((events[0].type, events[0].api_version), ("payment_intent.canceled", stripe.api_version))
        self.assertEqual(events[0].data.object.status, "canceled")
        self.assertEqual(v1.events.retrieve(events[0].id).id, events[0].id)
        self.assertTrue(v1.webhook_endpoints.delete(endpoint.id).deleted)


if __name__ == "__main__":
    unittest.main(verbosity=2)
