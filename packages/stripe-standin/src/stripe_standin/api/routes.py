"""The routing table: method and path to endpoint and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stripe_standin.api import lists
from stripe_standin.api.params import EXPAND, PAGING, Fields, text
from stripe_standin.billing import invoice_items, invoices, subscriptions
from stripe_standin.checkout import line_items, payment_pages, session_params, sessions
from stripe_standin.http.messages import Json
from stripe_standin.payments import (
    balance_transactions,
    customers,
    disputes,
    payment_intents,
    payment_methods,
    refunds,
)
from stripe_standin.products import catalog
from stripe_standin.promotions import coupons, promotion_codes
from stripe_standin.storage.unit_of_work import Call, Endpoint
from stripe_standin.webhooks import endpoints


@dataclass(frozen=True)
class Route:
    """One endpoint."""

    method: str
    pattern: re.Pattern[str]
    endpoint: Endpoint
    fields: Fields


def _route(method: str, path: str, endpoint: Endpoint, fields: Fields) -> Route:
    pattern = re.compile(path.replace("{id}", r"(?P<id>(?!search/?$)[^/]+)") + "/?")
    return Route(method, pattern, endpoint, fields)


def _stored(path: str, kind: str, fields: Fields = EXPAND) -> Route:
    """An object as it is stored, by its id."""
    return _route("GET", path + "/{id}", lambda call: call.work.load(kind, call.ids["id"]), fields)


def _listed(path: str, kind: str, *names: str) -> Route:
    """The objects of a kind, newest first; parameters of these names choose those that have it."""

    def list_all(call: Call) -> Json:
        return lists.page(call, kind, path, lists.equals(call, *names))

    return _route("GET", path, list_all, {**PAGING, **dict.fromkeys(names, text())})


_BALANCE = "/v1/balance_transactions"
_CHARGES = "/v1/charges"
_CODES = "/v1/promotion_codes"
_COUPONS = "/v1/coupons"
_CUSTOMERS = "/v1/customers"
_METHODS_OF = "/v1/customers/{id}/payment_methods"
_DISPUTES = "/v1/disputes"
_EVENTS = "/v1/events"
_FILES = "/v1/files"
_INVOICES = "/v1/invoices"
_INVOICE_PAYMENTS = "/v1/invoice_payments"
_ITEMS = "/v1/invoiceitems"
_METHODS = "/v1/payment_methods"
_INTENTS = "/v1/payment_intents"
_PAGES = "/v1/payment_pages"
_PRICES = "/v1/prices"
_PRODUCTS = "/v1/products"
_REFUNDS = "/v1/refunds"
_SESSIONS = "/v1/checkout/sessions"
_SUBSCRIPTIONS = "/v1/subscriptions"
_ENDPOINTS = "/v1/webhook_endpoints"

ROUTES = [
    _route("GET", "/v1/balance", balance_transactions.balance, EXPAND),
    _route("GET", _BALANCE, balance_transactions.list_all, balance_transactions.LIST),
    _route("GET", _BALANCE + "/{id}", balance_transactions.retrieve, EXPAND),
    _listed(_CHARGES, "charge", "customer", "payment_intent"),
    _stored(_CHARGES, "charge"),
    _route("GET", _COUPONS, coupons.list_all, coupons.LIST),
    _route("POST", _COUPONS, coupons.create, coupons.CREATE),
    _route("GET", _COUPONS + "/{id}", coupons.retrieve, EXPAND),
    _route("GET", _CUSTOMERS, customers.list_all, customers.LIST),
    _route("POST", _CUSTOMERS, payment_methods.create_customer, customers.CREATE),
    _route("GET", _CUSTOMERS + "/search", customers.search, customers.SEARCH),
    _stored(_CUSTOMERS, "customer"),
    _route("POST", _CUSTOMERS + "/{id}", customers.update, customers.UPDATE),
    _route("DELETE", _CUSTOMERS + "/{id}", subscriptions.delete_customer, {}),
    _route("GET", _METHODS_OF, payment_methods.list_of_customer, payment_methods.LIST),
    _listed(_DISPUTES, "dispute", "charge", "payment_intent"),
    _stored(_DISPUTES, "dispute"),
    _route("POST", _DISPUTES + "/{id}", disputes.update, disputes.UPDATE),
    _route("POST", _DISPUTES + "/{id}/close", disputes.close, disputes.CLOSE),
    _route("GET", _EVENTS, endpoints.list_events, endpoints.LIST_EVENTS),
    _stored(_EVENTS, "event"),
    _listed(_FILES, "file", "purpose"),
    _route("POST", _FILES, disputes.upload, disputes.UPLOAD),
    _stored(_FILES, "file"),
    _listed(_INTENTS, "payment_intent", "customer"),
    _route("POST", _INTENTS, payment_intents.create, payment_intents.CREATE),
    _stored(_INTENTS, "payment_intent", payment_intents.RETRIEVE),
    _route("POST", _INTENTS + "/{id}", payment_intents.update, payment_intents.UPDATE),
    _route("POST", _INTENTS + "/{id}/confirm", payment_intents.confirm, payment_intents.CONFIRM),
    _route("POST", _INTENTS + "/{id}/cancel", payment_intents.cancel, payment_intents.CANCEL),
    _route("GET", _INVOICES, invoices.list_all, invoices.LIST),
    _route("POST", _INVOICES, invoices.create, invoices.CREATE),
    _route("GET", _INVOICES + "/{id}", invoices.retrieve, EXPAND),
    _route("POST", _INVOICES + "/{id}", invoices.update, invoices.UPDATE),
    _route("DELETE", _INVOICES + "/{id}", invoices.delete, {}),
    _route("POST", _INVOICES + "/{id}/finalize", invoices.finalize, invoices.FINALIZE),
    _route("POST", _INVOICES + "/{id}/void", invoices.void, invoices.VOID),
    _route("GET", _INVOICES + "/{id}/lines", invoices.list_lines, PAGING),
    _route("POST", _INVOICES + "/{id}/pay", invoices.pay, invoices.PAY),
    _route("GET", _INVOICE_PAYMENTS, invoices.list_payments, invoices.LIST_PAYMENTS),
    _stored(_INVOICE_PAYMENTS, "invoice_payment"),
    _route("GET", _ITEMS, invoice_items.list_all, invoice_items.LIST),
    _route("POST", _ITEMS, invoice_items.create, invoice_items.CREATE),
    _stored(_ITEMS, "invoiceitem"),
    _route("DELETE", _ITEMS + "/{id}", invoice_items.delete, {}),
    _route("GET", _METHODS, payment_methods.list_all, payment_methods.LIST),
    _route("POST", _METHODS, payment_methods.create, payment_methods.CREATE),
    _stored(_METHODS, "payment_method"),
    _route("POST", _METHODS + "/{id}/attach", payment_methods.attach_to, payment_methods.ATTACH),
    _route("POST", _METHODS + "/{id}/detach", payment_methods.detach, payment_methods.DETACH),
    _route("GET", _PAGES + "/{id}", payment_pages.retrieve, EXPAND),
    _route("POST", _PAGES + "/{id}/confirm", payment_pages.confirm, payment_pages.CONFIRM),
    _route("GET", _PRICES, catalog.list_prices, catalog.LIST_PRICES),
    _route("POST", _PRICES, catalog.create_price, catalog.CREATE_PRICE),
    _stored(_PRICES, "price"),
    _route("POST", _PRICES + "/{id}", catalog.update_price, catalog.UPDATE_PRICE),
    _route("GET", _PRODUCTS, catalog.list_products, catalog.LIST_PRODUCTS),
    _route("POST", _PRODUCTS, catalog.create_product, catalog.CREATE_PRODUCT),
    _stored(_PRODUCTS, "product"),
    _route("POST", _PRODUCTS + "/{id}", catalog.update_product, catalog.UPDATE_PRODUCT),
    _route("GET", _CODES, promotion_codes.list_all, promotion_codes.LIST),
    _route("POST", _CODES, promotion_codes.create, promotion_codes.CREATE),
    _route("GET", _CODES + "/{id}", promotion_codes.retrieve, EXPAND),
    _route("POST", _CODES + "/{id}", promotion_codes.update, promotion_codes.UPDATE),
    _listed(_REFUNDS, "refund", "charge", "payment_intent"),
    _route("POST", _REFUNDS, refunds.create, refunds.CREATE),
    _stored(_REFUNDS, "refund"),
    _route("POST", _REFUNDS + "/{id}", refunds.update, refunds.UPDATE),
    _route("POST", _REFUNDS + "/{id}/cancel", refunds.cancel, refunds.CANCEL),
    _route("GET", _SESSIONS, sessions.list_all, session_params.LIST),
    _route("POST", _SESSIONS, sessions.create, session_params.CREATE),
    _route("GET", _SESSIONS + "/{id}", sessions.retrieve, EXPAND),
    _route("POST", _SESSIONS + "/{id}", sessions.update, session_params.UPDATE),
    _route("POST", _SESSIONS + "/{id}/expire", sessions.expire, session_params.EXPIRE),
    _route("GET", _SESSIONS + "/{id}/line_items", line_items.list_all, session_params.LINE_ITEMS),
    _route("GET", _SUBSCRIPTIONS, subscriptions.list_all, subscriptions.LIST),
    _route("POST", _SUBSCRIPTIONS, subscriptions.create, subscriptions.CREATE),
    _stored(_SUBSCRIPTIONS, "subscription"),
    _route("POST", _SUBSCRIPTIONS + "/{id}", subscriptions.update, subscriptions.UPDATE),
    _route("DELETE", _SUBSCRIPTIONS + "/{id}", subscriptions.cancel, subscriptions.CANCEL),
    _listed(_ENDPOINTS, "webhook_endpoint"),
    _route("POST", _ENDPOINTS, endpoints.create, endpoints.CREATE),
    _stored(_ENDPOINTS, "webhook_endpoint"),
    _route("POST", _ENDPOINTS + "/{id}", endpoints.update, endpoints.UPDATE),
]


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path, and the ids in it."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path) if route.method == method else None
        if match:
            return route, match.groupdict()
    return None
