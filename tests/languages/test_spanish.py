"""Spanish sentences, translated for the parsers of English."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.flows.catalog import NOW
from ticket_clerk import languages
from ticket_clerk.understanding.answers import (
    asks_first,
    find_compared,
    is_more,
    is_no,
    is_pause,
    is_question,
    is_stop,
    is_yes,
    keeps_as_is,
    parse_rank,
    protests,
    says_goodbye,
)
from ticket_clerk.understanding.order_changes import changes_order, wants_same_again
from ticket_clerk.understanding.payments.promotion_codes import CodeMention, parse_code
from ticket_clerk.understanding.quantities import number_readings, parse_increase, parse_quantity
from ticket_clerk.understanding.refunds import parse_portion
from ticket_clerk.understanding.sections import wants_between
from ticket_clerk.understanding.times.dates import When, parse_when
from ticket_clerk.understanding.times.own import is_for_later
from ticket_clerk.understanding.waiting_list import wants_to_leave, wants_to_wait

translate = languages.load("es").translate


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("quiero dos entradas", 2),
        ("necesito 3 boletos para el viernes", 3),
        ("un par de entradas", 2),
        ("media docena de entradas", 6),
        ("para mi mujer y para mí", None),
        ("mi mujer y yo", 2),
        ("somos cinco", 5),
        ("una entrada", 1),
        ("veintidós entradas", 22),
        ("que sean cuatro", 4),
    ],
)
def test_numbers(said: str, number: int | None) -> None:
    """Digits, words and idioms."""
    expected = None if number is None else Decimal(number)
    assert parse_quantity(translate(said), asked=False) == expected


@pytest.mark.parametrize(
    "said", ["viene mi hermana, una entrada más", "mi hermana también viene, así que una más"]
)
def test_who_comes_too_is_one_more(said: str) -> None:
    """And never one in all."""
    assert parse_increase(translate(said)) == 1


def test_a_number_beside_one_to_come_may_be_read_in_two_ways() -> None:
    """Six, or eight with those who come too."""
    assert number_readings(translate("Somos 6 y vienen dos más")) == (6, 8)


@pytest.mark.parametrize("said", ["sí", "Sí, claro", "si por favor", "vale", "dale", "de acuerdo"])
def test_yes(said: str) -> None:
    """With and without its accent."""
    assert is_yes(translate(said), "")


def test_if_is_no_yes() -> None:
    """ "Si" without an accent and with a sentence behind it is "if"."""
    assert not is_yes(translate("si quedan asientos en la sección 204"), "")


@pytest.mark.parametrize("said", ["no", "no, gracias", "nop", "para nada", "negativo"])
def test_no(said: str) -> None:
    """However it is put."""
    assert is_no(translate(said), "")


@pytest.mark.parametrize("said", ["olvídalo", "salir", "ya no quiero nada", "cambié de idea"])
def test_stop(said: str) -> None:
    """Leaving works at every question."""
    assert is_stop(translate(said))


@pytest.mark.parametrize(
    "said",
    [
        "déjalo como está",
        "no, déjelo así",
        "no, déjalas como estaban",
        "me quedo con esa entonces",
        "no cambies nada, gracias",
        "mejor así",
    ],
)
def test_who_keeps_it_changes_nothing(said: str) -> None:
    """Neither a yes to what would change it, nor the end of what is under way."""
    assert keeps_as_is(translate(said))
    assert not is_yes(translate(said), "affirm")


@pytest.mark.parametrize("said", ["déjalo", "déjelo", "olvídalo así", "déjalo en tres"])
def test_who_lets_it_go_keeps_nothing(said: str) -> None:
    """The control."""
    assert not keeps_as_is(translate(said))


@pytest.mark.parametrize(
    "said", ["¿qué pasa si está enferma esa semana?", "sí. ¿y si mi madre está mala ese día?"]
)
def test_a_case_is_asked_before_a_yes(said: str) -> None:
    """What is only supposed wants its answer first."""
    assert asks_first(translate(said))


def test_a_goodbye_and_what_is_between_the_extremes() -> None:
    """ "Es todo" is no yes and no number."""
    assert says_goodbye(translate("eso es todo, gracias"))
    assert wants_between(translate("ni la más barata ni la más cara"))
    assert not wants_between(translate("ni idea, la más barata"))


@pytest.mark.parametrize("said", ["¿cuánto cuesta?", "dónde es", "¿cuándo empieza?"])
def test_questions(said: str) -> None:
    """With and without the sign that opens one."""
    assert is_question(translate(said))


def test_days() -> None:
    """A day and month, a weekday, a weekend."""
    assert (parse_when(translate("el 15 de enero"), NOW).month, 15) == (1, 15)
    assert parse_when(translate("el viernes"), NOW).weekday == 4
    assert parse_when(translate("este fin de semana"), NOW).first is not None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("antes de Navidad", "before christmas"),
        ("en Navidad", "at christmas"),
        ("durante las fiestas", "over the holidays"),
        ("en Nochevieja", "on new year's eve"),
        ("en Semana Santa", "at easter"),
        ("después de Año Nuevo", "after new year's day"),
        ("para el viernes", "for the friday"),
        ("antes del viernes", "before friday"),
        ("a partir del 15 de enero", "from january 15"),
        ("hasta el domingo", "until sunday"),
        ("en dos semanas", "in two weeks"),
        ("dentro de un par de semanas", "in a couple of weeks"),
        ("dentro de diez días", "in ten days"),
        ("en menos de un mes", "within a month"),
        ("en los próximos diez días", "in the next ten days"),
        ("en los próximos días", "in the next few days"),
        ("pasado mañana", "the day after tomorrow"),
        ("el año que viene", "next year"),
        ("este verano", "this summer"),
        ("en invierno", "in winter"),
    ],
)
def test_periods_and_holidays(said: str, meant: str) -> None:
    """Each is the days that its English is."""
    assert parse_when(translate(said), NOW) == parse_when(meant, NOW) != When()


def test_lists_ranks_and_changes() -> None:
    """More, the second one, three instead, one more, the same again."""
    assert is_more(translate("más"))
    assert parse_rank(translate("la segunda")) == 1
    assert changes_order(translate("mejor que sean tres"))
    assert parse_increase(translate("dos más")) == 2
    assert wants_same_again(translate("lo mismo otra vez"))


def test_the_waiting_list_and_refunds() -> None:
    """On it, off it, and one of two tickets back."""
    assert wants_to_wait(translate("ponme en la lista de espera"))
    assert wants_to_leave(translate("quítame de la lista de espera"))
    assert parse_portion(translate("devuélveme una entrada"), asked=False) == Decimal(1)


def test_names_and_order_numbers_stay() -> None:
    """They are the catalog's and the database's."""
    said = translate("¿Qué pasa con ord_AbLaElDe12 para Swan Lake en Chicago?")

    assert all(name in said for name in ("ord_AbLaElDe12", "Swan Lake", "Chicago"))


@pytest.mark.parametrize(
    ("said", "mention"),
    [
        ("Tengo un código", CodeMention()),
        ("aquí está mi código VERANO10", CodeMention("VERANO10")),
        ("mi código es verano10", CodeMention("verano10")),
        ("¿puedo usar mi cupón VERANO10?", CodeMention("VERANO10")),
        ("usa el código VERANO10", CodeMention("VERANO10")),
        ("sin código", CodeMention(drops=True)),
    ],
)
def test_promotion_codes(said: str, mention: CodeMention) -> None:
    """Told, announced and taken back."""
    assert parse_code(translate(said)) == mention


@pytest.mark.parametrize(("said", "place"), [("la más barata", 0), ("el mejor", -1)])
def test_what_is_compared(said: str, place: int) -> None:
    """Of what was offered, by its price."""
    found = find_compared(translate(said), by_quality=True)
    assert found is not None
    assert found[0] == place


@pytest.mark.parametrize(
    "said",
    [
        "¿puedo cambiarlo a 3 más tarde?",
        "¿puedo añadir una más después?",
        "¿podría cancelar mañana?",
        "¿puedo mejorar los asientos más adelante?",
        "¿puedo recogerlas el sábado?",
        "pago mañana",
        "ya lo decido mañana",
        "voy a pagar mañana",
    ],
)
def test_another_time_of_the_buyers_own(said: str) -> None:
    """Nothing of it is done now, and no yes is in it."""
    assert is_for_later(translate(said))
    assert not is_yes(translate(said), "inform")


@pytest.mark.parametrize(
    "said", ["¿podemos ir mañana?", "¿puedo ver Swan Lake el sábado?", "quiero dos para el sábado"]
)
def test_the_time_of_a_show_in_spanish(said: str) -> None:
    """The control."""
    assert not is_for_later(translate(said))


@pytest.mark.parametrize(
    "said", ["todavía no", "no tan rápido", "tengo que preguntar a mi mujer", "déjame pensarlo"]
)
def test_pauses(said: str) -> None:
    """Of who wants time."""
    assert is_pause(translate(said))


@pytest.mark.parametrize(
    "said", ["eso no es lo que dije", "no dije tres", "nunca dije palco", "solo preguntaba"]
)
def test_protests(said: str) -> None:
    """Of who was misunderstood."""
    assert protests(translate(said))
