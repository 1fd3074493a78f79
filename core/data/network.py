"""Reaching other machines: never for long, never more than once in vain, and only those that were named.

Takes the hosts that may be asked and sees to every request that a library makes through `urllib`; whatever goes wrong
is a sentence. What was fetched is kept beside the folder of tables.
"""

from __future__ import annotations

import socket
import tempfile
import urllib.request
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from core.data.errors import Unreadable

SECONDS = 5.0  # without a byte; a library that reads again after that has then waited twice as long
_EXPECTED = 412  # how OpenML says that it does not have what was asked for
_BROKEN_OFF = (TimeoutError, ConnectionError, HTTPException)  # while an answer is read


class Unreachable(Exception):  # noqa: N818, read as a sentence: "raises Unreachable"
    """A machine that did not answer; the text says how, as a sentence about it.

    No OSError: libraries take those as a reason to wait and to ask several times more.
    """


class _Opener(urllib.request.OpenerDirector):
    """What opens addresses: HTTP and HTTPS alone, at the named hosts, with a limit of time.

    After the first failure every further request fails at once.
    """

    def __init__(self, who: str, hosts: Collection[str]) -> None:
        super().__init__()
        self._who, self._hosts = who, hosts
        self._lost: Unreachable | None = None
        for handler in (
            urllib.request.ProxyHandler,
            urllib.request.UnknownHandler,
            urllib.request.HTTPHandler,
            urllib.request.HTTPSHandler,
            urllib.request.HTTPDefaultErrorHandler,
            urllib.request.HTTPRedirectHandler,
            urllib.request.HTTPErrorProcessor,
        ):
            self.add_handler(handler())

    def open(self, fullurl: Any, data: Any = None, timeout: float | None = None) -> Any:
        if self._lost:
            raise self._lost
        try:
            self._check(fullurl if isinstance(fullurl, str) else fullurl.full_url)
            return super().open(fullurl, data, SECONDS)
        except HTTPError as error:
            if error.code == _EXPECTED:
                raise
            error.close()
            self._lost = Unreachable(f"{self._who} answered with an error: {error.code} {error.reason}.")
        except (OSError, HTTPException) as error:
            self._lost = Unreachable(_in_words(self._who, error))
        raise self._lost

    def _check(self, address: str) -> None:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if ".." in parts.path.split("/"):  # a library makes a path of it, in the folder where it keeps what it fetches
            raise Unreachable(f"{self._who} gives an address that leads out of its folder.")
        if self._hosts and not any(host == each or host.endswith(f".{each}") for each in self._hosts):
            raise Unreachable(f"{self._who} leads to another machine, {host or address}, which is not asked.")


def _in_words(who: str, error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"{who} did not answer within {SECONDS:g} seconds."
    if isinstance(reason, socket.gaierror | ConnectionRefusedError) or isinstance(error, URLError):
        return f"{who} cannot be reached; is this machine connected to the network?"
    return f"The connection to {who} broke off."


@contextmanager
def connected(who: str, hosts: Collection[str] = ()) -> Iterator[None]:
    """Let what is called inside reach the network through `urllib`.

    Parameters
    ----------
    who : str
        What is asked, as a sentence names it.
    hosts : collection of str
        The machines that may be asked, each with those whose names end in it; empty means any.

    Raises
    ------
    Unreachable
        If it does not answer, or breaks off while it does.
    """
    before = getattr(urllib.request, "_opener", None)
    urllib.request.install_opener(_Opener(who, hosts))
    try:
        yield
    except _BROKEN_OFF as error:
        raise Unreachable(_in_words(who, error)) from error
    finally:
        urllib.request.install_opener(before)


@contextmanager
def fetching(what: str, who: str, hosts: Collection[str] = ()) -> Iterator[None]:
    """Fetch `what` from `who`; whatever can go wrong ends as one sentence and what to do."""
    try:
        with warnings.catch_warnings(), connected(who, hosts):
            warnings.simplefilter("ignore")  # what they say stands in the report, or ends as an error
            yield
    except Unreachable as error:
        raise Unreadable(f"{what} could not be fetched. {error} Try again later.") from error
    except (Unreadable, MemoryError):
        raise
    except OSError as error:
        reason = _damage(error) if error.strerror is None else f"{error.strerror}."
        raise Unreadable(f"{what} could not be fetched or kept: {reason} Try again later.") from error
    except Exception as error:  # whatever a library comes across in what is not what it seems
        raise Unreadable(f"{what} arrived damaged and is not used: {_damage(error)} Try again later.") from error


def _damage(error: Exception) -> str:
    """What is wrong with what arrived, without the places on this machine that a library speaks of."""
    if "checksum" in str(error):
        return "its checksum is not the one that was announced."
    return "it is not written as it should be."


def kept_beside(tables: Path | None) -> Path | None:
    """The folder of what was fetched, beside the folder of tables; None where nothing is kept."""
    return None if tables is None else tables.parent / "fetched"


@contextmanager
def home_of(tables: Path | None) -> Iterator[Path]:
    """The folder of what was fetched, or one that is deleted afterwards where nothing is kept."""
    kept = kept_beside(tables)
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
