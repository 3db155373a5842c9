"""What an EC2 instance knows of itself: its metadata, by IMDSv2.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import os
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from scraper.errors import SettingError

ENDPOINT: Final = "http://169.254.169.254"
TIMEOUT: Final = 2.0
"""Seconds for each question: the metadata is one hop away."""
_SECONDS: Final = "21600"

# The metadata is never behind a proxy, whatever the environment says.
_open = build_opener(ProxyHandler({})).open


class Metadata:
    """Asks with a session token, as every answer of IMDSv2 needs."""

    def __init__(self) -> None:
        """The address is that of the variable which boto3 knows too, where it is set."""
        named = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        self._endpoint = (named or ENDPOINT).rstrip("/")
        self._token = ""

    def ask(self, name: str) -> str | None:
        """A value such as `instance-id`; None where there is none.

        Raises SettingError where no metadata answers: this is no EC2 instance.
        """
        try:
            self._token = self._token or self._new_token()
            headers = {"X-aws-ec2-metadata-token": self._token}
            return self._answer(f"/latest/meta-data/{name}", "GET", headers)
        except HTTPError as error:
            if error.code == 404:
                return None
            raise SettingError(f"the metadata of this instance answers {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise SettingError(
                "EGRESS=ec2: this is no EC2 instance, or its metadata is switched off:"
                f" {self._endpoint} does not answer"
            ) from error

    def _new_token(self) -> str:
        wish = {"X-aws-ec2-metadata-token-ttl-seconds": _SECONDS}
        return self._answer("/latest/api/token", "PUT", wish)

    def _answer(self, path: str, method: str, headers: dict[str, str]) -> str:
        request = Request(self._endpoint + path, headers=headers, method=method)  # noqa: S310  # http
        with _open(request, timeout=TIMEOUT) as response:
            text: bytes = response.read(10_000)
        return text.decode("utf-8", "replace").strip()
