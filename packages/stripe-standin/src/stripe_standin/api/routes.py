"""The routing table: method and path to endpoint and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stripe_standin.api.params import PAGING, Fields
from stripe_standin.billing import invoice_items, invoices, subscriptions
from stripe_standin.checkout import line_items, payment_pages, session_params, sessions
from stripe_standin.payments import (
    balance_transactions,
    charges,
    customers,
    disputes,
    files,
    payment_intents,
    payment_methods,
    refunds,
)
from stripe_standin.products import catalog
from stripe_standin.promotions import coupons, promotion_codes
from stripe_standin.storage.unit_of_work import Endpoint
from stripe_standin.webhooks import endpoints, events


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
    _route("GET", "/v1/balance", balance_transactions.balance, balance_transactions.RETRIEVE),
    _route("GET", _BALANCE, balance_transactions.list_all, balance_transactions.LIST),
    _route("GET", _BALANCE + "/{id}", balance_transactions.retrieve, balance_transactions.RETRIEVE),
    _route("GET", _CHARGES, charges.list_all, charges.LIST),
    _route("GET", _CHARGES + "/{id}", charges.retrieve, charges.RETRIEVE),
    _route("GET", _COUPONS, coupons.list_all, coupons.LIST),
    _route("POST", _COUPONS, coupons.create, coupons.CREATE),
    _route("GET", _COUPONS + "/{id}", coupons.retrieve, coupons.RETRIEVE),
    _route("GET", _CUSTOMERS, customers.list_all, customers.LIST),
    _route("POST", _CUSTOMERS, payment_methods.create_customer, customers.CREATE),
    _route("GET", _CUSTOMERS + "/search", customers.search, customers.SEARCH),
    _route("GET", _CUSTOMERS + "/{id}", customers.retrieve, customers.RETRIEVE),
    _route("POST", _CUSTOMERS + "/{id}", customers.update, customers.UPDATE),
    _route("DELETE", _CUSTOMERS + "/{id}", subscriptions.delete_customer, {}),
    _route("GET", _METHODS_OF, payment_methods.list_of_customer, payment_methods.LIST),
    _route("GET", _DISPUTES, disputes.list_all, disputes.LIST),
    _route("GET", _DISPUTES + "/{id}", disputes.retrieve, disputes.RETRIEVE),
    _route("POST", _DISPUTES + "/{id}", disputes.update, disputes.UPDATE),
    _route("POST", _DISPUTES + "/{id}/close", disputes.close, disputes.CLOSE),
    _route("GET", _EVENTS, events.list_all, events.LIST),
    _route("GET", _EVENTS + "/{id}", events.retrieve, events.RETRIEVE),
    _route("GET", _FILES, files.list_all, files.LIST),
    _route("POST", _FILES, files.create, files.CREATE),
    _route("GET", _FILES + "/{id}", files.retrieve, files.RETRIEVE),
    _route("GET", _INTENTS, payment_intents.list_all, payment_intents.LIST),
    _route("POST", _INTENTS, payment_intents.create, payment_intents.CREATE),
    _route("GET", _INTENTS + "/{id}", payment_intents.retrieve, payment_intents.RETRIEVE),
    _route("POST", _INTENTS + "/{id}", payment_intents.update, payment_intents.UPDATE),
    _route("POST", _INTENTS + "/{id}/confirm", payment_intents.confirm, payment_intents.CONFIRM),
    _route("POST", _INTENTS + "/{id}/cancel", payment_intents.cancel, payment_intents.CANCEL),
    _route("GET", _INVOICES, invoices.list_all, invoices.LIST),
    _route("POST", _INVOICES, invoices.create, invoices.CREATE),
    _route("GET", _INVOICES + "/{id}", invoices.retrieve, invoices.RETRIEVE),
    _route("POST", _INVOICES + "/{id}", invoices.update, invoices.UPDATE),
    _route("DELETE", _INVOICES + "/{id}", invoices.delete, {}),
    _route("POST", _INVOICES + "/{id}/finalize", invoices.finalize, invoices.FINALIZE),
    _route("POST", _INVOICES + "/{id}/void", invoices.void, invoices.VOID),
    _route("GET", _INVOICES + "/{id}/lines", invoices.list_lines, PAGING),
    _route("POST", _INVOICES + "/{id}/pay", invoices.pay, invoices.PAY),
    _route("GET", _INVOICE_PAYMENTS, invoices.list_payments, invoices.LIST_PAYMENTS),
    _route("GET", _INVOICE_PAYMENTS + "/{id}", invoices.retrieve_payment, invoices.RETRIEVE),
    _route("GET", _ITEMS, invoice_items.list_all, invoice_items.LIST),
    _route("POST", _ITEMS, invoice_items.create, invoice_items.CREATE),
    _route("GET", _ITEMS + "/{id}", invoice_items.retrieve, invoice_items.RETRIEVE),
    _route("DELETE", _ITEMS + "/{id}", invoice_items.delete, {}),
    _route("GET", _METHODS, payment_methods.list_all, payment_methods.LIST),
    _route("POST", _METHODS, payment_methods.create, payment_methods.CREATE),
    _route("GET", _METHODS + "/{id}", payment_methods.retrieve, payment_methods.RETRIEVE),
    _route("POST", _METHODS + "/{id}/attach", payment_methods.attach_to, payment_methods.ATTACH),
    _route("POST", _METHODS + "/{id}/detach", payment_methods.detach, payment_methods.DETACH),
    _route("GET", _PAGES + "/{id}", payment_pages.retrieve, payment_pages.RETRIEVE),
    _route("POST", _PAGES + "/{id}/confirm", payment_pages.confirm, payment_pages.CONFIRM),
    _route("GET", _PRICES, catalog.list_prices, catalog.LIST_PRICES),
    _route("POST", _PRICES, catalog.create_price, catalog.CREATE_PRICE),
    _route("GET", _PRICES + "/{id}", catalog.retrieve_price, catalog.RETRIEVE),
    _route("POST", _PRICES + "/{id}", catalog.update_price, catalog.UPDATE_PRICE),
    _route("GET", _PRODUCTS, catalog.list_products, catalog.LIST_PRODUCTS),
    _route("POST", _PRODUCTS, catalog.create_product, catalog.CREATE_PRODUCT),
    _route("GET", _PRODUCTS + "/{id}", catalog.retrieve_product, catalog.RETRIEVE),
    _route("POST", _PRODUCTS + "/{id}", catalog.update_product, catalog.UPDATE_PRODUCT),
    _route("GET", _CODES, promotion_codes.list_all, promotion_codes.LIST),
    _route("POST", _CODES, promotion_codes.create, promotion_codes.CREATE),
    _route("GET", _CODES + "/{id}", promotion_codes.retrieve, promotion_codes.RETRIEVE),
    _route("POST", _CODES + "/{id}", promotion_codes.update, promotion_codes.UPDATE),
    _route("GET", _REFUNDS, refunds.list_all, refunds.LIST),
    _route("POST", _REFUNDS, refunds.create, refunds.CREATE),
    _route("GET", _REFUNDS + "/{id}", refunds.retrieve, refunds.RETRIEVE),
    _route("POST", _REFUNDS + "/{id}", refunds.update, refunds.UPDATE),
    _route("POST", _REFUNDS + "/{id}/cancel", refunds.cancel, refunds.CANCEL),
    _route("GET", _SESSIONS, sessions.list_all, session_params.LIST),
    _route("POST", _SESSIONS, sessions.create, session_params.CREATE),
    _route("GET", _SESSIONS + "/{id}", sessions.retrieve, session_params.RETRIEVE),
    _route("POST", _SESSIONS + "/{id}", sessions.update, session_params.UPDATE),
    _route("POST", _SESSIONS + "/{id}/expire", sessions.expire, session_params.EXPIRE),
    _route("GET", _SESSIONS + "/{id}/line_items", line_items.list_all, session_params.LINE_ITEMS),
    _route("GET", _SUBSCRIPTIONS, subscriptions.list_all, subscriptions.LIST),
    _route("POST", _SUBSCRIPTIONS, subscriptions.create, subscriptions.CREATE),
    _route("GET", _SUBSCRIPTIONS + "/{id}", subscriptions.retrieve, subscriptions.RETRIEVE),
    _route("POST", _SUBSCRIPTIONS + "/{id}", subscriptions.update, subscriptions.UPDATE),
    _route("DELETE", _SUBSCRIPTIONS + "/{id}", subscriptions.cancel, subscriptions.CANCEL),
    _route("GET", _ENDPOINTS, endpoints.list_all, endpoints.LIST),
    _route("POST", _ENDPOINTS, endpoints.create, endpoints.CREATE),
    _route("GET", _ENDPOINTS + "/{id}", endpoints.retrieve, endpoints.RETRIEVE),
    _route("POST", _ENDPOINTS + "/{id}", endpoints.update, endpoints.UPDATE),
]


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path, and the ids in it."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path) if route.method == method else None
        if match:
            return route, match.groupdict()
    return None
