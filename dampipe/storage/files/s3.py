"""Footage in a bucket of S3, or of a server that speaks like it.

A listing is flat, a thousand objects a request, and asks for nothing else. Objects are immutable: a change is another
object with another ETag, so that whatever is read is read on the condition that the ETag is still the same.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Self, cast
from urllib.parse import quote

from botocore.exceptions import ClientError, NoCredentialsError

from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, Permanent, Transient
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import Content, FileEntry, StorageState, Traits, Unread, is_same
from dampipe.storage.files.connections import StoreConfig
from dampipe.storage.files.errors import (
    FILE_ARCHIVED,
    FILE_CHANGED,
    FILE_EXISTS,
    FILE_NOT_FOUND,
    STORE_FAILED,
    STORE_UNORDERED,
    STORE_UNREACHABLE,
    URL_INVALID,
)
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.files.s3_client import make_client
from dampipe.storage.files.s3_entries import headed_entry, listed_entry
from dampipe.storage.files.s3_errors import RENEWABLE, error_code, is_broken, translated
from dampipe.storage.files.s3_stream import Body, ObjectStream
from dampipe.storage.files.s3_upload import copy_in_parts, upload
from dampipe.storage.files.stream import limited

PAGE = 1000
"""Objects of a listing in one answer; servers give no more."""
_LONGEST_KEY = 1024
"""Bytes."""
_LARGEST_COPY = 5 * 10**9
"""Bytes of an object that is copied in one request."""
_SPEEDS = {"expedited": "Expedited", "standard": "Standard", "bulk": "Bulk"}
_DIRECTORY_BUCKET = "--x-s3"
_TELLS_NOTHING = frozenset({"400", "403", "404", "301", "Bad Request", "Forbidden", "Not Found"})
"""Codes of answers to HEAD, which have no body: the answer to another request says what they mean."""


class S3Files:
    """The objects whose keys begin with a prefix."""

    traits = Traits(appears_complete=True, lists_flat=True)

    def __init__(self, config: StoreConfig) -> None:
        """Does not connect. Raises InvalidInput for an address that is not one of a bucket."""
        address = config.address
        problem = ""
        if address.port is not None:
            problem = "the address of the server belongs into a connection, as endpoint_url"
        elif address.host.endswith(_DIRECTORY_BUCKET):
            problem = "directory buckets (S3 Express) do not list their objects in order"
        if problem:
            raise InvalidInput(URL_INVALID, url=config.root, problem=problem)
        self._config = config
        self._bucket = address.host
        self._prefix = f"{address.path}/" if address.path else ""
        self._client: PerProcess[Any] = PerProcess(self._connect)
        self._trusts_etags: PerProcess[bool] = PerProcess(self._etags_are_md5)
        self._asks_for_restores = True

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root`, and what a connection has."""
        return cls(StoreConfig.model_validate(dict(config)))

    @property
    def url(self) -> str:
        """The URL of the root."""
        return self._config.root

    def close(self) -> None:
        """See FileStore."""
        client = self._client.take()
        if client is not None:
            client.close()

    # Listing

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """See FileStore. One request for each 1,000 objects."""
        if not _is_text(prefix) or not _is_text(after) or not self._fits(prefix):
            return
        with self._translated(""):
            etags_are_md5 = self._trusts_etags.get()
        parameters: dict[str, Any] = {"Prefix": self._prefix + prefix, "MaxKeys": PAGE}
        if after:
            parameters["StartAfter"] = self._prefix + after
        skipped = len(self._prefix)
        last = after
        is_first = True
        while True:
            try:
                page = self._page(parameters)
            except DampipeError as error:
                if is_first:
                    raise
                yield Unread(prefix, str(error))
                return
            is_first = False
            for item in page.get("Contents", ()):
                key = item["Key"][skipped:]
                if key <= last:  # by code points, which is the order of the bytes of UTF-8
                    if last == after and key <= after:  # an old server that takes no key to start after
                        continue
                    if key and not key.endswith("/"):
                        yield Unread(prefix, str(Permanent(STORE_UNORDERED, store=self.url)))
                        return
                if not key or key.endswith("/"):  # a folder that some program made visible
                    continue
                last = key
                yield listed_entry(key, item, etags_are_md5)
            if not page.get("IsTruncated"):
                return
            parameters.pop("StartAfter", None)
            parameters["ContinuationToken"] = page["NextContinuationToken"]

    def _page(self, parameters: Mapping[str, Any]) -> Any:
        with self._translated(""):
            if not self._asks_for_restores:
                return self._listed(parameters)
            try:
                return self._listed({**parameters, "OptionalObjectAttributes": ["RestoreStatus"]})
            except ClientError as error:
                if not _is_not_supported(error):
                    raise
            page = self._listed(parameters)
            self._asks_for_restores = False
            return page

    def _listed(self, parameters: Mapping[str, Any]) -> Any:
        page = self._raw("list_objects_v2", **parameters)
        _check_whole(page, "IsTruncated")
        return page

    def _etags_are_md5(self) -> bool:
        """Whether the ETags of objects that were uploaded whole are MD5s: not if a KMS encrypts the bucket.

        Where AWS does not let us know, they are not taken for MD5s.
        """
        try:
            answer = self._raw("get_bucket_encryption")
        except ClientError as error:
            is_aws = "amazonaws." in self._client.get().meta.endpoint_url
            return not (is_aws and error_code(error) in ("AccessDenied", "403"))
        rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
        used = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for rule in rules]
        return not any("kms" in algorithm for algorithm in used)

    # Objects

    def stat(self, key: str) -> FileEntry:
        """See FileStore."""
        self._check_key(key)
        with self._translated(key):
            etags_are_md5 = self._trusts_etags.get()
        return headed_entry(key, self._head(key), etags_are_md5)

    def _head(self, key: str) -> Any:
        with self._translated(key):
            try:
                answer = self._raw("head_object", Key=self._prefix + key)
            except ClientError as error:
                if error_code(error) not in _TELLS_NOTHING:
                    raise
                self._explain(key, error)
                answer = self._raw("head_object", Key=self._prefix + key)  # credentials were renewed
            _check_whole(answer, "ContentLength", "ETag", "LastModified")
            return answer

    def _explain(self, key: str, error: ClientError) -> None:
        """Raise what another request says of an error without a body, or that error; return if it may have passed."""
        is_missing = error_code(error) in ("404", "Not Found")
        try:
            self._raw("list_objects_v2", Prefix=self._prefix + key, MaxKeys=1)
        except ClientError as said:
            raise error if is_missing and error_code(said) != "NoSuchBucket" else said from None
        if is_missing:
            raise error

    def is_folder(self, key: str) -> bool:
        """See FileStore. A bucket has no folders: those count that have a file below them."""
        if not _is_text(key) or not self._fits(key):
            return False
        prefix = f"{self._prefix}{key}/" if key else self._prefix
        with self._translated(key):
            found = self._listed({"Prefix": prefix, "MaxKeys": 1})
        return not key or bool(found.get("Contents"))

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """See FileStore. With `expected`, the first read makes the first request."""
        self._check_key(key)
        if expected is not None and expected.state in (StorageState.ARCHIVED, StorageState.RESTORING):
            raise Conflict(
                FILE_ARCHIVED, store=self.url, key=printable(key), storage_class=expected.storage_class
            )
        reading = _Reading(self, key, expected, end)
        with self._translated(key):
            body = reading.fetch(0) if expected is None or not expected.size else None
        stream = ObjectStream(limited(reading.size, end), reading.fetch, is_broken, reading.broken, body)
        return cast(BinaryIO, io.BufferedReader(stream, 1 << 17))

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """See FileStore. The URL is for downloads under `filename`; the server need not know the key."""
        self._check_key(key)
        parameters = {"Bucket": self._bucket, "Key": self._prefix + key}
        if filename:
            name = quote(filename, safe="", errors="replace")
            parameters["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{name}"
        with self._translated(key):
            try:
                url: str = self._client.get().generate_presigned_url(
                    "get_object", Params=parameters, ExpiresIn=seconds
                )
            except NoCredentialsError:
                return None
            return url

    # Changes

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """See ManagedStore. The metadata is the object's, for all programs to see."""
        names = key.split("/")
        if not _is_text(key) or not self._fits(key) or not names[-1] or {".", ".."} & set(names):
            raise InvalidInput(
                URL_INVALID, url=f"{self.url}/{printable(key)}", problem="it is not a valid key"
            )
        with file.open("rb") as source:
            size = file.stat().st_size
            if self._exists(key):
                raise Conflict(FILE_EXISTS, store=self.url, key=printable(key))
            with self._translated(key):
                try:
                    sent = upload(self._raw, self._prefix + key, source, size, metadata or {})
                except ClientError as error:
                    if error_code(error) not in ("PreconditionFailed", "412"):
                        raise
                    raise Conflict(FILE_EXISTS, store=self.url, key=printable(key)) from None
        entry = self.stat(key)
        if entry.size != sent:
            raise Transient(STORE_UNREACHABLE, store=self.url, reason=f"{printable(key)} was not kept whole")
        return entry

    def _exists(self, key: str) -> bool:
        try:
            self._head(key)
        except NotFound:
            return False
        return True

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """See ManagedStore. In a bucket with versions, the older ones stay."""
        parameters: dict[str, Any] = {"Key": self._prefix + key}
        try:
            if expected is not None:
                self._check_same(self.stat(key), expected)
                parameters["IfMatch"] = f'"{expected.token}"'
            with self._translated(key):
                try:
                    self._raw("delete_object", **parameters)
                except ClientError as error:
                    if "IfMatch" not in parameters or not _is_not_supported(error):
                        raise
                    self._raw("delete_object", Key=parameters["Key"])
        except NotFound:
            return

    def set_storage_class(self, key: str, storage_class: str) -> FileEntry:
        """See TieredStore. The object is copied onto itself by the server; its ETag may change."""
        head = self._head(key)
        source = {"Bucket": self._bucket, "Key": self._prefix + key}
        condition = {"CopySourceIfMatch": head["ETag"]}
        with self._translated(key):
            if head["ContentLength"] <= _LARGEST_COPY:
                self._raw(
                    "copy_object",
                    Key=self._prefix + key,
                    CopySource=source,
                    StorageClass=storage_class,
                    MetadataDirective="COPY",
                    **condition,
                )
            else:
                kept = ("Metadata", "ContentType", "ContentDisposition", "ContentEncoding", "CacheControl")
                described = {name: head[name] for name in kept if head.get(name)}
                target = {"Key": self._prefix + key, "StorageClass": storage_class, **described}
                copy_in_parts(self._raw, source, head["ContentLength"], condition, target)
        return self.stat(key)

    def restore(self, key: str, days: int, speed: str) -> None:
        """See TieredStore."""
        request: dict[str, Any] = {"Days": days, "GlacierJobParameters": {"Tier": _SPEEDS[speed]}}
        if "ArchiveStatus" in self._head(key):  # of INTELLIGENT_TIERING, which restores for good
            del request["Days"]
        with self._translated(key):
            try:
                self._raw("restore_object", Key=self._prefix + key, RestoreRequest=request)
            except ClientError as error:
                if error_code(error) not in ("RestoreAlreadyInProgress", "ObjectAlreadyInActiveTierError"):
                    raise

    # Requests

    def _connect(self) -> Any:
        with self._translated(""):
            return make_client(self._config)

    def _raw(self, operation: str, **parameters: Any) -> Any:
        """The answer to a request. Raises errors of botocore."""
        try:
            return getattr(self._client.get(), operation)(Bucket=self._bucket, **parameters)
        except ClientError as error:
            if error_code(error) not in RENEWABLE:
                raise
        self._client.take()  # not closed: other threads may be using it
        return getattr(self._client.get(), operation)(Bucket=self._bucket, **parameters)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            with translated(self.url, self._config, key):
                yield
        except Permanent as error:
            # Some servers refuse what looks like the way to another folder.
            if error.code == STORE_FAILED.code and {".", ".."} & set(key.split("/")):
                raise NotFound(FILE_NOT_FOUND, store=self.url, key=printable(key)) from error
            raise

    def _check_key(self, key: str) -> None:
        if not key or key.endswith("/") or not _is_text(key) or not self._fits(key):
            raise NotFound(FILE_NOT_FOUND, store=self.url, key=printable(key))

    def _check_same(self, entry: FileEntry, expected: FileEntry) -> None:
        if not is_same(entry, expected):
            raise Conflict(FILE_CHANGED, store=self.url, key=printable(expected.key))

    def _fits(self, key: str) -> bool:
        return len((self._prefix + key).encode()) <= _LONGEST_KEY


class _Reading:
    """Requests for the content of one object, all on the condition that it is the same."""

    def __init__(self, store: S3Files, key: str, expected: FileEntry | None, end: int | None) -> None:
        """end: where the content that is wanted ends; None: where the object does."""
        self._store = store
        self._key = key
        self._last = "" if end is None else end - 1
        self._token = expected.token if expected else ""
        self.size = expected.size if expected else -1

    def fetch(self, offset: int) -> Body:
        """The content from an offset on.

        Raises Conflict if the object is not the expected one, and ConnectionError for an answer that was cut off.
        """
        parameters: dict[str, Any] = {"Key": self._store._prefix + self._key}
        if offset or (self._last != "" and self.size > 0):
            parameters["Range"] = f"bytes={offset}-{self._last}"
        if self._token:
            parameters["IfMatch"] = f'"{self._token}"'
        with self._store._translated(self._key):
            answer = self._store._raw("get_object", **parameters)
        try:
            _check_whole(answer, "ContentLength", "ETag")
            self._check(answer, offset)
        except BaseException:
            answer["Body"].close()
            raise
        body: Body = answer["Body"]
        return body

    def _check(self, answer: Mapping[str, Any], offset: int) -> None:
        """Not every server heeds conditions and ranges."""
        token = answer["ETag"].strip('"')
        if answer["ResponseMetadata"]["HTTPStatusCode"] == 206:
            _check_whole(answer, "ContentRange")
        span = answer.get("ContentRange", "")
        size = int(span.rpartition("/")[2]) if span else int(answer["ContentLength"])
        if offset and not span.startswith(f"bytes {offset}-"):
            problem = "the server does not answer requests for a part of an object"
            raise Permanent(STORE_FAILED, store=self._store.url, reason=problem)
        if self.size < 0:
            self.size, self._token = size, token
        elif size != self.size or (self._token and token != self._token):
            raise Conflict(FILE_CHANGED, store=self._store.url, key=printable(self._key))

    def broken(self, error: BaseException | None) -> Exception:
        """The error for a transfer that breaks off again and again."""
        reason = f"{printable(self._key)}: {error or 'the answer ends too early'}"
        return Transient(STORE_UNREACHABLE, store=self._store.url, reason=reason)


def _check_whole(answer: Mapping[str, Any], *fields: str) -> None:
    """Raise ConnectionError for an answer that was cut off.

    http.client takes a head that ends too early for a whole one, and botocore takes an empty body for an empty listing.
    """
    if missing := [name for name in fields if name not in answer]:
        raise ConnectionError(f"the answer of the server was cut off, it has no {missing[0]}")


def _is_text(key: str) -> bool:
    """Whether a key can be one of S3: Unicode without surrogates and NUL."""
    return "\0" not in key and not any("\ud800" <= character <= "\udfff" for character in key)


def _is_not_supported(error: BaseException | None) -> bool:
    return isinstance(error, ClientError) and error_code(error) in (
        "NotImplemented",
        "501",
        "InvalidArgument",
    )
