"""The word that the machine is taken away soon: a file that appears, or the cloud's metadata."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

TIMEOUT: Final = 1.0
"""Seconds for each question: the metadata of a cloud is one hop away."""
_AWS_PATH: Final = "/latest/meta-data/"
_AWS_TOKEN: Final = "/latest/api/token"  # noqa: S105  # a path
_TTL: Final = "21600"
_NOT_YET: Final = frozenset({"", "FALSE", "NONE"})
"""Answers that say no: Google's `instance/preempted` is always there."""

# The metadata is never behind a proxy, whatever the environment says.
_open = build_opener(ProxyHandler({})).open


class Notice:
    """Whether the notice has come. Asking blocks for at most some seconds."""

    def __init__(self, where: str) -> None:
        """`where`: the path of a file, or an http address.

        The file's being there is the notice. An address gives it with status 200 and a text other
        than FALSE or NONE; 404 is none yet. Addresses of the form of AWS (`/latest/meta-data/...`)
        are asked with a session token:
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
        """
        self._where = where
        self._token = ""

    def given(self) -> bool:
        """Whether the notice is there; an address that does not answer gives none."""
        if not self._where.startswith(("http://", "https://")):
            return Path(self._where).expanduser().exists()
        try:
            return self._ask().strip().upper() not in _NOT_YET
        except HTTPError as error:
            if error.code == HTTPStatus.UNAUTHORIZED:
                # The token has ended: the next question takes a new one.
                self._token = ""
            return False
        except (OSError, HTTPException, ValueError):
            return False

    def _ask(self) -> str:
        headers = {"Metadata-Flavor": "Google"}
        if urlsplit(self._where).path.startswith(_AWS_PATH):
            self._token = self._token or self._new_token()
            headers = {"X-aws-ec2-metadata-token": self._token}
        return _answer(Request(self._where, headers=headers))  # noqa: S310  # http, checked above

    def _new_token(self) -> str:
        parts = urlsplit(self._where)
        url = f"{parts.scheme}://{parts.netloc}{_AWS_TOKEN}"
        wish = {"X-aws-ec2-metadata-token-ttl-seconds": _TTL}
        return _answer(Request(url, method="PUT", headers=wish))  # noqa: S310  # as above


def _answer(request: Request) -> str:
    with _open(request, timeout=TIMEOUT) as response:
        text: bytes = response.read(10_000)
    return text.decode("utf-8", "replace")
