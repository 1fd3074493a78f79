"""What goes wrong with a database, as a sentence.

Takes an error of a driver and the address as people may see it. A driver's own text is asked what it speaks of and
never repeated: it may hold parts of the address.
"""

from __future__ import annotations

import re

from core.data.errors import Unreadable

# what a driver's text speaks of, and the sentence for it; the first that fits
_SENTENCES: tuple[tuple[str, str], ...] = (
    (
        r"password|authentication|access denied|role .* does not exist|pg_hba",
        "{shown} does not let this user in: the user or the password is wrong or not allowed from here. Passwords "
        "stand in databases.toml in the data folder, or in the database's own password file.",
    ),
    (
        r"database .* does not exist|unknown database",
        "{shown} is a name that its server has no database of. See how it is spelled.",
    ),
    (
        r"translate host|not known|getaddrinfo|resolve|refused|unreachable|no route|can't connect|cannot connect"
        r"|connection.* (timeout|timed out|failed)|timeout expired|no such file or directory",
        "{shown} cannot be reached. See that the database runs, and how its host and port are spelled.",
    ),
    (
        r"interrupt|statement timeout|canceling statement|execution time|timed out|lost connection",
        "{shown} takes too long to be read, so reading was ended. Make a table or a view with fewer rows.",
    ),
    (
        r"could not set lock|database is locked|conflicting lock",
        "{shown} is being written by another program. Try again when that is done.",
    ),
    (
        r"newer version|older version|wal file|replay",
        "{shown} was written by another version of the database, or not closed. Open it once with the "
        "program that made it.",
    ),
    (
        r"permission|not authorized|prohibited|unsafe use|denied|disabled|extension|function",
        "{shown} has a table that may not be read here: the right is missing, or a view wants more than to read. Ask "
        "for the right, or copy the rows into a table.",
    ),
    (
        r"no such (table|column)|does not exist",
        "{shown} has a view that speaks of a table or a column that is not there. Name a table "
        "instead, or mend the view.",
    ),
    (
        r"unsupported file|not a database|malformed|corrupt|checksum|serializ|not a valid|could not read|encrypt"
        r"|disk image|internal error|codec",
        "{shown} is damaged or encrypted. Copy it again, or save the table as CSV.",
    ),
    (r"unable to open|readonly|read-only", "{shown} cannot be opened. See whether it may be read from here."),
    (r"too big|out of memory", "{shown} holds cells that are too large to be read. Make a view without them."),
)


def unreadable(error: BaseException, shown: str) -> Unreadable:
    """The sentence for an error of a driver.

    Parameters
    ----------
    error : BaseException
    shown : str
        The database as people may see it; every sentence begins with it.
    """
    text = str(getattr(error, "orig", None) or error)
    found = next((said for pattern, said in _SENTENCES if re.search(pattern, text, re.IGNORECASE)), "")
    kind = type(getattr(error, "orig", None) or error).__name__
    said = found or f"{{shown}} could not be read ({kind}). Try to read it with the database's own program."
    return Unreadable(said.replace("{shown}", shown))
