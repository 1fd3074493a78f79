"""What a column's name gives away: that it names an entity, a time, a person's trait or what came afterwards.

Takes a name, says whether one of its words is known; ``customerID``, ``Kunden-Nr`` and ``patient_no`` are all read.
"""

from __future__ import annotations

import re
import unicodedata


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENTITY = _set(
    "patient patientin customer client klient kunde kunden user subject proband participant teilnehmer respondent "
    "person people household haushalt family familie session visitor account konto member mitglied employee  "
    "mitarbeiter student pupil schueler player speaker sprecher animal mouse device geraet machine maschine sensor "
    "vehicle fahrzeug company firma store filiale shop hospital klinik school schule site station driver fahrer "
    "cliente paciente usuario sujet usager menage foyer hogar tienda persona individual individuum case "
    "donor spender cow tree plot batch charge lot"
)
IDENTIFIER = _set("id ids pid uid uuid guid nr no num number nummer key kennung matricule numero codigo")
COUNT = _set("number num no n count anzahl total sum avg mean new")  # these count others
TIME = _set(
    "date datum day tag time zeit timestamp datetime month monat year jahr week woche hour stunde quarter quartal "
    "fecha dia mes ano jour mois annee semaine heure giorno mese anno epoch period periode step tick t ds"
)
# times that belong to the entity, not to the moment at which the row was recorded
NOT_RECORDED = _set(
    "birth born dob geburt geburtsdatum geboren built build baujahr remod hired hire founded age yob naissance "
    "nacimiento dauer duration elapsed spent lag since wait garage garageyrblt"
)
SENSITIVE = {
    "sex": "sex sexe sexo sesso geschlecht gender genre genero genere geslacht male female maennlich weiblich",
    "age": "age ages alter age_group edad eta idade leeftijd dob birthdate birthday geburtsdatum geburtsjahr birthyear",
    "origin": "race rasse ethnicity ethnic ethnie ethnizitaet etnia raza nationality nationalitaet nationalite "
    "nacionalidad nazionalita citizenship staatsangehoerigkeit herkunft foreigner foreign migration migrant hispanic",
    "religion": "religion religious konfession faith glaube religione",
    "disability": "disability disabled behinderung handicap discapacidad",
    "family": "marital familienstand marriage married pregnant schwanger schwangerschaft civil",
    "orientation": "orientation sexuality",
}
THINGS = _set("house housing home building property car vehicle product")  # these have an age, but no trait
# written together: "sample_weight", "caseweights" and "Case Weight" are one name; plurals without their s
COUNTS_ROWS = _set(
    "sampleweight samplingweight sampweight caseweight surveyweight designweight finalweight instanceweight "
    "rowweight observationweight obsweight frequencyweight freqweight replicateweight postweight "
    "poststratificationweight populationweight fnlwgt fnlwt finalwt finalwgt wtfinal samplewt samplewgt surveywt "
    "casewt perwt hhwt pweight fweight aweight dweight pspwght anweight pspweight wtssall stichprobengewicht "
    "fallgewicht designgewicht hochrechnungsfaktor gewichtungsfaktor poidssondage poidsdesondage ponderation "
    "ponderacion factorexpansion pesomuestral"
)
WEIGHT = _set("weight wt wgt gewicht gewichtung poid peso")
AFTERWARDS = _set(
    "duration dauer result results outcome ergebnis decision entscheidung final actual closed cancelled canceled "
    "cancellation resolved resolution refund refunded settled settlement after end ended finish finished dropout "
    "discharge dod death diverted delay arrival reason grund"
)


def words(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters and without accents; German umlauts are written out."""
    spaced = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\D)(?=\d)", " ", name).lower()
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spaced = spaced.replace(umlaut, plain)
    bare = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return tuple(filter(None, re.split(r"[\W_\d]+", bare)))


def names_entity(name: str) -> bool:
    """Whether a name is that of what may come again: ``patient`` and ``patient_no``, not ``patient_age``."""
    known = words(name)
    if not known or known[0] in COUNT:
        return False
    return _entity(known[-1]) or (_identifier(known[-1]) and any(map(_entity, known)))


def names_identifier(name: str) -> bool:
    """Whether a name is that of an identifier: ``Kunden-Nr``, ``customerid``, but not ``number of calls``."""
    known = words(name)
    if not known or known[0] in COUNT:
        return False
    counts = known[-1] in COUNT and not any(map(_entity, known[:-1]))  # "education num" numbers nothing
    return (_identifier(known[-1]) and not counts) or (known[0] in ("id", "ids") and _entity(known[-1]))


def _entity(word: str) -> bool:
    return word in ENTITY


def _identifier(word: str) -> bool:
    if word in IDENTIFIER or (len(word) > 4 and word.endswith(("nummer", "nr"))):
        return True
    return any(word.endswith(end) and _entity(word[: -len(end)]) for end in ("id", "no", "number"))


def names_time(name: str) -> bool:
    """Whether a name speaks of the moment at which a row was recorded."""
    known = set(words(name))
    return bool(known & TIME) and not known & NOT_RECORDED


def names_afterwards(name: str) -> bool:
    """Whether a name speaks of what is only known once the answer is."""
    return bool(AFTERWARDS & set(words(name)))


def names_how_much_a_row_counts(name: str) -> bool:
    """Whether a name can only be that of a weight of rows: ``sample_weight``, ``fnlwgt``."""
    return _joined(name) in COUNTS_ROWS


def names_weight(name: str) -> bool:
    """Whether a name is that of some weight, be it of rows or of bodies: ``Weight``, ``gewicht``."""
    return _joined(name) in WEIGHT


def _joined(name: str) -> str:
    return "".join(words(name)).removesuffix("s")


def sensitive(name: str) -> str:
    """The trait of a person that a name speaks of; empty where it speaks of none."""
    known = set(words(name))
    if known & THINGS:
        return ""
    return next((trait for trait, names in SENSITIVE.items() if known & set(names.split())), "")
