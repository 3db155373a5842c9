"""What a bucket with versioning keeps of objects that were replaced or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def drop_versions(client: S3Client, bucket: str, prefix: str) -> int:
    """Remove every version below a prefix that is not the object as it stands; how many.

    Marks of deletion go too, after all versions: without its mark an object would be there again.
    """
    old: list[tuple[str, str]] = []
    marks: list[tuple[str, str]] = []
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        versions = (one for one in page.get("Versions", ()) if not one["IsLatest"])
        old += [(one["Key"], one["VersionId"]) for one in versions]
        marks += [(one["Key"], one["VersionId"]) for one in page.get("DeleteMarkers", ())]
    for key, version in (*old, *marks):
        client.delete_object(Bucket=bucket, Key=key, VersionId=version)
    return len(old)
