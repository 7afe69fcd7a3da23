"""The collections of one model in Milvus, and the alias that names the current one."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from dampipe.kernel.errors import Permanent
from dampipe.storage.vectors.errors import INDEX_OTHER_DIMENSION

WATERMARK = "dampipe.watermark"


class Collections:
    """The collections of one index. Errors of the client are not translated."""

    def __init__(
        self,
        client: MilvusClient,
        alias: str,
        dimension: int,
        index_type: str,
        index_params: Mapping[str, Any],
    ) -> None:
        self._client = client
        self._alias = alias
        self._dimension = dimension
        self._index_type = index_type
        self._index_params = dict(index_params)
        self._has_owners = False

    def load(self) -> None:
        """Load the current collection for search; create it if needed. Raises `Permanent` for another dimension."""
        target = self.current()
        self._client.load_collection(target)
        fields = self._client.describe_collection(target)["fields"]
        [vectors] = [field for field in fields if field["name"] == "v"]
        stored = int(vectors["params"]["dim"])
        self._has_owners = any(field["name"] == "owner" for field in fields)
        if stored != self._dimension:
            raise Permanent(INDEX_OTHER_DIMENSION, index=target, stored=stored, dimension=self._dimension)

    def has_owners(self) -> bool:
        """Whether the current collection has the field of the owners, which older versions did not make."""
        if not self._has_owners:
            self.load()  # another process may have replaced it
        return self._has_owners

    def current(self) -> str:
        """The name of the current collection. Creates an empty one if there is none or it is lost."""
        if not self._client.has_collection(self._alias):
            try:
                self.point(self.create(), first=True)
            except MilvusException:
                # Another process may have created one at the same time.
                if not self._client.has_collection(self._alias):
                    raise
        return self._target()

    def create(self) -> str:
        """Create an empty collection, which is not current yet; returns its name."""
        name = f"{self._alias}_{uuid4().hex[:12]}"
        schema = self._client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("v", DataType.FLOAT_VECTOR, dim=self._dimension)
        schema.add_field("owner", DataType.INT64)
        index = self._client.prepare_index_params()
        index.add_index("v", index_type=self._index_type, metric_type="IP", params=self._index_params)
        self._client.create_collection(name, schema=schema, index_params=index, consistency_level="Strong")
        return name

    def point(self, new: str, first: bool = False) -> None:
        """Make a collection the current one; drop it if that fails. first: there is no current one yet."""
        try:
            (self._client.create_alias if first else self._client.alter_alias)(new, self._alias)
        except MilvusException:
            # Only the response may be lost. Dropping the target of the alias would lose all vectors.
            if self._client.has_collection(self._alias) and self._target() == new:
                return
            self._client.drop_collection(new)
            raise

    def watermark(self, name: str) -> int:
        """The watermark of a collection or of the target of an alias."""
        properties = self._client.describe_collection(name).get("properties") or {}
        return int(properties.get(WATERMARK, 0))

    def set_watermark(self, name: str, watermark: int) -> None:
        """Store the watermark of a collection."""
        self._client.alter_collection_properties(name, {WATERMARK: str(watermark)})

    def _target(self) -> str:
        return str(self._client.describe_alias(self._alias)["collection_name"])
