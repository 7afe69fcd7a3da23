"""The collections of one model in Milvus, and the alias that says which of them counts."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from dampipe.kernel.errors import Permanent

WATERMARK = "dampipe.watermark"


class Collections:
    """What one index has in Milvus. Raises what the client raises."""

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

    def begin(self) -> None:
        """Have one that counts, ready to be searched. Raises `Permanent` if it is of another dimension."""
        target = self.current()
        self._client.load_collection(target)
        [vectors] = [one for one in self._client.describe_collection(target)["fields"] if one["name"] == "v"]
        held = int(vectors["params"]["dim"])
        if held != self._dimension:
            raise Permanent(
                f"the collection {target} holds vectors of dimension {held}, not {self._dimension}",
                hint="give each model a name of its own",
            )

    def current(self) -> str:
        """The one that counts: an empty one where there was none, or where it is lost."""
        if not self._client.has_collection(self._alias):
            try:
                self.point(self.create(), first=True)
            except MilvusException:
                # Another process may have made one at the same moment.
                if not self._client.has_collection(self._alias):
                    raise
        return self._target()

    def create(self) -> str:
        """An empty one that does not count yet."""
        name = f"{self._alias}_{uuid4().hex[:12]}"
        schema = self._client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("v", DataType.FLOAT_VECTOR, dim=self._dimension)
        index = self._client.prepare_index_params()
        index.add_index("v", index_type=self._index_type, metric_type="IP", params=self._index_params)
        self._client.create_collection(name, schema=schema, index_params=index, consistency_level="Strong")
        return name

    def point(self, new: str, first: bool = False) -> None:
        """Let this one count; where that fails, it goes. `first`: none counted before."""
        try:
            (self._client.create_alias if first else self._client.alter_alias)(new, self._alias)
        except MilvusException:
            # Only the answer may have got lost. To drop what the alias points to would lose everything.
            if self._client.has_collection(self._alias) and self._target() == new:
                return
            self._client.drop_collection(new)
            raise

    def reached(self, name: str) -> int:
        """The watermark of a collection, or of what an alias points to."""
        told = self._client.describe_collection(name).get("properties") or {}
        return int(told.get(WATERMARK, 0))

    def reach(self, name: str, watermark: int) -> None:
        """Note how far a collection has got."""
        self._client.alter_collection_properties(name, {WATERMARK: str(watermark)})

    def _target(self) -> str:
        return str(self._client.describe_alias(self._alias)["collection_name"])
