"""Row numbers as types of their own, so that mypy refuses an asset's number where a location's is expected."""

from typing import NewType

SourceId = NewType("SourceId", int)
FolderId = NewType("FolderId", int)
LocationId = NewType("LocationId", int)
AssetId = NewType("AssetId", int)
VersionId = NewType("VersionId", int)
ScanId = NewType("ScanId", int)
RunId = NewType("RunId", int)
VectorId = NewType("VectorId", int)
TermId = NewType("TermId", int)
