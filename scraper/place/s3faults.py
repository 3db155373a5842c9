"""What a fault of S3 means for the person who waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

from scraper.errors import PlaceError, StorageError

_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_EXISTS: Final = frozenset({"PreconditionFailed", "412"})
_DENIED: Final = frozenset(
    {
        "AccessDenied",
        "403",
        "Forbidden",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "ExpiredToken",
        "InvalidToken",
        "AllAccessDisabled",
        "AccountProblem",
    }
)
_REGION: Final = frozenset(
    {
        "PermanentRedirect",
        "301",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
    }
)
_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    TokenRetrievalError,
)


@contextmanager
def s3_faults(url: str, name: str = "") -> Iterator[None]:
    """Turn a fault of S3 into the error that says what to do next.

    Raises FileNotFoundError for an object that is not there and FileExistsError for one that is
    there though it must not be.
    """
    try:
        yield
    except ClientError as error:
        raise _of_answer(error, url, name) from error
    except _CREDENTIALS as error:
        raise PlaceError(
            f"{url}: no usable AWS credentials ({_line(error)}): set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run where an instance role gives them"
        ) from error
    except (ParamValidationError, ValueError) as error:
        raise PlaceError(f"{url} cannot be asked for ({_line(error)}): check its name") from error
    except (BotoCoreError, Boto3Error) as error:
        raise _of_transport(error, url, name) from error


def code_of(error: ClientError) -> str:
    """The code of an answer that says no."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _of_answer(error: ClientError, url: str, name: str) -> Exception:
    code = code_of(error)
    if code in _MISSING and name:
        return FileNotFoundError(f"{url}/{name}")
    if code in _EXISTS:
        return FileExistsError(f"{url}/{name}")
    return _never(code, url) or StorageError(
        f"{url} did not answer as it should ({code or _line(error)}): run again when it does"
    )


def _never(code: str, url: str) -> PlaceError | None:
    if code in {"NoSuchBucket", *_MISSING}:
        return PlaceError(f"{url}: there is no such bucket: make it, or name another place")
    if code in _DENIED:
        return PlaceError(
            f"{url}: access is denied ({code}): give these credentials the right to list, get, "
            "put and delete there"
        )
    if code in _REGION:
        return PlaceError(f"{url}: the bucket is in another region ({code}): set AWS_REGION to it")
    if code == "NotImplemented":
        return PlaceError(
            f"{url}: this store lacks conditional writes, and two writers could lose rows "
            "silently there: use one that honours If-None-Match"
        )
    return None


def _of_transport(error: Exception, url: str, name: str) -> Exception:
    # s3transfer wraps the answer to an upload in an error of its own.
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ClientError):
        return _of_answer(cause, url, name)
    return StorageError(f"{url} cannot be reached ({_line(error)}): run again when it can")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
