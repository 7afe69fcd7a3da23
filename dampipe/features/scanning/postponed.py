"""Which files are not to be identified yet."""

from sqlalchemy import ColumnElement, and_, select

from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.tables import LOCATION


def found_by_open_scan() -> ColumnElement[bool]:
    """Whether a scan that has not ended found the file: it may yet find that this is a known file, moved."""
    is_open = SCAN.c.state.in_([ScanState.WAITING, ScanState.WALKING])
    return and_(LOCATION.c.scan_id.is_not(None), LOCATION.c.scan_id.in_(select(SCAN.c.id).where(is_open)))
