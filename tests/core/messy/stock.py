"""Tables as people have them at work: orders, weather, patients, flats, staff and countries, with plausible values.

Takes a generator of random numbers, gives columns in truth; how they are written is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.core.messy.truth import DATE, ID, NUMBER, WORDS, YES_NO, Col

FIRST = ("Anna", "Jörg", "Chloé", "Matteo", "Sofía", "Lars", "Zoë", "Peter", "Aylin", "Emma", "Noah", "Ida", "Søren")
LAST = ("Müller", "Smith", "Garçon", "Núñez", "Rossi", "Weiß", "Hansen", "O'Neill", "Schäfer", "Brown", "Lefèvre")
CITIES = ("Ulm", "Köln", "New York", "São Paulo", "Lyon", "Malmö", "Zürich", "Leeds", "Genève", "Bergen")
PRODUCTS = ("Desk lamp", "Office chair", "Notebook A5", "Ink cartridge", "Monitor arm", "Whiteboard", "Stapler")
STATIONS = ("Hohenpeißenberg", "Fichtelberg", "List", "Aachen", "Potsdam")
DISTRICTS = ("Mitte", "Neukölln", "Pankow", "Spandau", "Köpenick", "Lichtenberg")
DEPARTMENTS = ("Sales", "Research", "Logistics", "Finance", "Support")
COUNTRIES = (
    ("Germany", "DE", "Berlin"), ("France", "FR", "Paris"), ("Namibia", "NA", "Windhoek"), ("Chile", "CL", "Santiago"),
    ("Japan", "JP", "Tokyo"), ("Kenya", "KE", "Nairobi"), ("Norway", "NO", "Oslo"), ("Peru", "PE", "Lima"),
    ("Poland", "PL", "Warsaw"), ("Turkey", "TR", "Ankara"), ("Spain", "ES", "Madrid"), ("India", "IN", "New Delhi"),
    ("Italy", "IT", "Rome"), ("Ghana", "GH", "Accra"), ("Canada", "CA", "Ottawa"), ("Brazil", "BR", "Brasília"),
)  # fmt: skip
GERMAN = {
    "order_id": "Auftragsnr", "date": "Datum", "customer": "Kunde", "city": "Ort", "product": "Artikel",
    "quantity": "Menge", "price": "Preis", "paid": "bezahlt", "station": "Station", "day": "Tag",
    "temperature": "Temperatur", "humidity": "Luftfeuchte", "wind": "Wind", "rain": "Regen", "district": "Bezirk",
    "rooms": "Zimmer", "area": "Fläche", "rent": "Miete", "balcony": "Balkon", "name": "Name",
    "department": "Abteilung", "salary": "Gehalt", "since": "seit", "remote": "Heimarbeit",
}  # fmt: skip


def rows_of(rng: Random) -> int:
    """How many rows a table has."""
    return rng.randint(30, 300)


def many(name: str, rows: int, draw: Callable[[], Any], kinds: frozenset[str] = NUMBER, digits: int = 2) -> Col:
    """A column of drawn values, at least two of them different."""
    values = tuple(draw() for _ in range(rows))
    while rows > 1 and len(set(values)) < 2:
        values = tuple(draw() for _ in range(rows))
    return Col(name, values, kinds, digits=digits)


def person(rng: Random) -> str:
    """A name."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def moment(rng: Random) -> datetime:
    """A day of the last years."""
    return datetime(2021, 1, 1) + timedelta(days=rng.randrange(1_500))


def numbers_of_orders(rng: Random, rows: int) -> Col:
    """Order numbers, all different, with gaps between them."""
    start = rng.randint(10_000, 80_000)
    return Col("order_id", tuple(start + 3 * row + rng.randrange(3) for row in range(rows)), ID)


def days(rng: Random, rows: int, name: str = "date") -> Col:
    """Dates in no order, the first of them beyond the twelfth of a month."""
    values = tuple(moment(rng) for _ in range(rows))
    return Col(name, (values[0].replace(day=23), *values[1:]), DATE)


def orders(rng: Random) -> list[Col]:
    """Orders of a shop."""
    rows = rows_of(rng)
    return [
        numbers_of_orders(rng, rows),
        days(rng, rows),
        many("customer", rows, lambda: person(rng), WORDS),
        many("city", rows, lambda: rng.choice(CITIES), WORDS),
        many("product", rows, lambda: rng.choice(PRODUCTS), WORDS),
        many("quantity", rows, lambda: rng.randint(1, 40)),
        many("price", rows, lambda: round(rng.uniform(0.2, 899), 2)),
        many("paid", rows, lambda: rng.random() < 0.7, YES_NO),
    ]


def weather(rng: Random) -> list[Col]:
    """What stations measured."""
    rows = rows_of(rng)
    return [
        many("station", rows, lambda: rng.choice(STATIONS), WORDS),
        days(rng, rows, "day"),
        many("temperature", rows, lambda: round(rng.gauss(9, 8), 1), digits=1),
        many("humidity", rows, lambda: rng.randint(30, 100)),
        many("wind", rows, lambda: round(rng.expovariate(0.3), 1), digits=1),
        many("rain", rows, lambda: rng.random() < 0.4, YES_NO),
    ]


def patients(rng: Random) -> list[Col]:
    """Patients of a study."""
    rows = rows_of(rng)
    return [
        many("age", rows, lambda: rng.randint(18, 90)),
        many("sex", rows, lambda: rng.choice(("female", "male", "diverse")), WORDS),
        many("bmi", rows, lambda: round(rng.gauss(26, 4), 1), digits=1),
        many("smoker", rows, lambda: rng.random() < 0.2, YES_NO),
        many("charges", rows, lambda: round(rng.uniform(900, 49_000), 2)),
    ]


def flats(rng: Random) -> list[Col]:
    """Flats to let."""
    rows = rows_of(rng)
    return [
        many("district", rows, lambda: rng.choice(DISTRICTS), WORDS),
        many("rooms", rows, lambda: rng.randint(1, 6)),
        many("area", rows, lambda: round(rng.uniform(20, 180), 1), digits=1),
        many("rent", rows, lambda: round(rng.uniform(350, 3_900), 2)),
        many("balcony", rows, lambda: rng.random() < 0.5, YES_NO),
    ]


def staff(rng: Random) -> list[Col]:
    """The people of a firm."""
    rows = rows_of(rng)
    return [
        many("name", rows, lambda: person(rng), WORDS),
        many("department", rows, lambda: rng.choice(DEPARTMENTS), WORDS),
        many("salary", rows, lambda: round(rng.uniform(24_000, 1_400_000), 2)),
        days(rng, rows, "since"),
        many("remote", rows, lambda: rng.random() < 0.3, YES_NO),
    ]


def countries(rng: Random) -> list[Col]:
    """Countries over the years, Namibia among them."""
    rows = rows_of(rng)
    places = [COUNTRIES[2], *(rng.choice(COUNTRIES) for _ in range(rows - 1))]
    return [
        Col("country", tuple(place[0] for place in places), WORDS),
        Col("capital", tuple(place[2] for place in places), WORDS),
        many("year", rows, lambda: rng.randint(1990, 2024)),
        many("population", rows, lambda: rng.randint(400_000, 1_400_000_000)),
        many("growth", rows, lambda: round(rng.gauss(1.2, 1.1), 2)),
    ]


TOPICS = (orders, weather, patients, flats, staff, countries)


def any_of(rng: Random) -> list[Col]:
    """One of the tables."""
    return rng.choice(TOPICS)(rng)


def in_german(columns: list[Col]) -> list[Col]:
    """The same table with German names of columns."""
    return [column.named(GERMAN.get(column.name, column.name)) for column in columns]
