"""Times are carried between versions of a library that the real pipeline has processed."""

import json
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, select, update

from dampipe.app.container import Container
from dampipe.features.alignment import cli
from dampipe.features.alignment.errors import NO_PROXY, NO_SUCH_CODE, NO_TIMES, OTHER_KIND, OUTSIDE
from dampipe.features.alignment.model import CarryReport, CarryRequest, Fate
from dampipe.features.alignment.service import CarryService
from dampipe.features.alignment.tables import ALIGNMENT
from dampipe.features.derivatives.model import Kept
from dampipe.features.derivatives.sign_items import SIGN
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.anchored_time import INVALID_TIME, AnchoredTime
from dampipe.kernel.errors import DampipeError, ExitCode, InvalidInput, NotFound
from dampipe.web.app import create_app
from tests.support.anchors import CLIP, CUT, OTHER_CLIP, SOUND, STILL_PICTURE
from tests.support.derivatives import DerivativeLibrary

STILL = STILL_PICTURE


def carry(here: DerivativeLibrary, source: str, target: str, *times: str) -> CarryReport:
    request = CarryRequest(source=source, target=target, times=times)
    return here.library.service(CarryService).carry(LOCAL, request)


def frame(number: int) -> str:
    return f"{number}@1001/24000"


def version_of(here: DerivativeLibrary, name: str) -> int:
    return here.library.service(CarryService)._version(LOCAL, name).id


def forget_signatures(here: DerivativeLibrary) -> None:
    """Leave the catalogue as it was before there were signatures."""
    for row in here.rows("signatures"):
        here.path(row).unlink()
    with here.database.write() as connection:
        connection.execute(delete(DERIVATIVE).where(DERIVATIVE.c.kind == "signatures"))


def items(here: DerivativeLibrary) -> list[tuple[int, str]]:
    """The work items that make signatures: version and state."""
    with here.database.read() as connection:
        rows = connection.execute(select(RUN).where(RUN.c.kind == SIGN).order_by(RUN.c.version_id)).all()
    return [(row.version_id, row.state) for row in rows]


def test_times_are_carried_and_gone_ones_have_neighbours(here: DerivativeLibrary) -> None:
    found = carry(here, CLIP, CUT, frame(99), frame(110), frame(130), frame(200))
    assert [one.fate for one in found.times] == [Fate.CARRIED, Fate.GONE, Fate.CARRIED, Fate.CARRIED]
    before, gone, after, later = found.times
    assert before.carried is not None and after.carried is not None and later.carried is not None
    assert (before.carried.frame, after.carried.frame, later.carried.frame) == (99, 100, 170)
    assert (gone.before and gone.before.frame, gone.after and gone.after.frame) == (99, 100)
    assert (later.time.timecode, later.carried.timecode) == ("01:00:08:08", "01:00:07:02")
    assert found.share == pytest.approx(1 - 30 / found_frames(here), abs=0.001)
    back = carry(here, CUT, CLIP, "01:00:07:02")
    assert back.times[0].carried is not None and back.times[0].carried.frame == 200


def found_frames(here: DerivativeLibrary) -> int:
    alignment = here.library.service(CarryService).alignment(LOCAL, CLIP, CUT)
    assert alignment is not None
    return alignment.first.count


def test_a_pair_is_aligned_once_for_both_directions(here: DerivativeLibrary) -> None:
    carry(here, CUT, CLIP, frame(0))
    for row in here.rows("signatures"):
        here.path(row).unlink()
    assert carry(here, CLIP, CUT, frame(0)).times[0].fate is Fate.CARRIED
    with here.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(ALIGNMENT)).scalar() == 1
    service = here.library.service(CarryService)
    times = [AnchoredTime.parse(frame(number)) for number in range(240)] * 20
    carried = service.carry_times(LOCAL, CLIP, CUT, times)
    assert carried is not None and len(carried) == len(times)
    assert sum(one.time is None for one in carried) == 20 * 30


def test_an_alignment_of_an_older_method_is_computed_again(here: DerivativeLibrary) -> None:
    carry(here, CLIP, CUT, frame(0))
    with here.database.write() as connection:
        connection.execute(update(ALIGNMENT).values(method="0", data=b"?"))
    assert carry(here, CLIP, CUT, frame(200)).times[0].fate is Fate.CARRIED


def test_what_is_the_same_version_or_another_clip(here: DerivativeLibrary) -> None:
    same = carry(here, CLIP, CLIP, frame(7))
    assert same.share == 1 and same.times[0].carried is not None and same.times[0].carried.frame == 7
    other = carry(here, CLIP, OTHER_CLIP, frame(7)).times[0]
    assert (other.fate, other.before, other.after) == (Fate.GONE, None, None)


def test_older_proxies_are_signed_when_it_is_needed_and_no_stage_runs_again(here: DerivativeLibrary) -> None:
    carried = carry(here, CLIP, CUT, frame(170))
    forget_signatures(here)
    with here.database.write() as connection:
        connection.execute(delete(ALIGNMENT))
    before = here.finished()
    assert here.library.process() == 0, "nothing is signed before it is needed"
    pending = carry(here, CLIP, CUT, frame(170))
    assert pending.times[0].fate is Fate.PENDING and pending.share is None
    assert pending.times[0].time == carried.times[0].time
    carry(here, CUT, CLIP, frame(3))  # requests nothing twice
    assert [state for _, state in items(here)] == [RunState.PENDING] * 2
    here.library.process()
    assert [state for _, state in items(here)] == [RunState.DONE] * 2
    assert carry(here, CLIP, CUT, frame(170)) == carried
    assert here.finished() == before
    assert len(here.rows("signatures")) == 2


def test_lost_signatures_are_made_from_the_proxy(here: DerivativeLibrary) -> None:
    lost = here.rows("signatures")[0]
    here.path(lost).unlink()
    before = here.finished()
    done = here.check(repair=True)
    assert (done.missing, done.again, done.unrepaired) == (1, 1, 0)
    assert items(here) == [(lost.version_id, RunState.PENDING)]
    here.library.process()
    assert here.finished() == before and here.path(lost).is_file()
    assert here.check().unrepaired == 0
    here.damage(next(row for row in here.rows("signatures") if row.version_id == version_of(here, CUT)))
    with here.database.write() as connection:
        connection.execute(delete(ALIGNMENT))
    assert carry(here, CLIP, CUT, frame(3)).times[0].fate is Fate.PENDING
    here.library.process()
    assert carry(here, CLIP, CUT, frame(3)).times[0].fate is Fate.CARRIED


def test_signatures_that_are_lost_with_the_proxy_are_made_with_it(here: DerivativeLibrary) -> None:
    version = version_of(here, CLIP)
    for row in here.rows("proxy", "signatures"):
        if row.version_id == version:
            here.path(row).unlink()
    done = here.check(repair=True)
    assert (done.missing, done.again) == (2, 2), {one.kept for one in done.lost} - {None, *Kept}
    assert items(here) == []


def test_a_version_whose_proxy_is_still_to_come_is_pending(here: DerivativeLibrary) -> None:
    version = version_of(here, CUT)
    proxy = (RUN.c.version_id == version, RUN.c.stage == "proxy")
    with here.database.write() as connection:
        mine = DERIVATIVE.c.version_id == version
        connection.execute(delete(DERIVATIVE).where(mine, DERIVATIVE.c.kind.in_(["proxy", "signatures"])))
        connection.execute(update(RUN).where(*proxy).values(state=RunState.PENDING, output=None))
    assert carry(here, CLIP, CUT, frame(3)).times[0].fate is Fate.PENDING
    with here.database.write() as connection:
        connection.execute(update(RUN).where(*proxy).values(state=RunState.FAILED, reason="it is broken"))
    with pytest.raises(NotFound) as caught:
        carry(here, CLIP, CUT, frame(3))
    assert caught.value.code == NO_PROXY.code and "it is broken" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "target", "time", "code"),
    [
        (CLIP, STILL, "1", NO_TIMES.code),
        (STILL, CLIP, "1", NO_TIMES.code),
        (CLIP, SOUND, "1", OTHER_KIND.code),
        (CLIP, CUT, "-1", OUTSIDE.code),
        (CLIP, CUT, "100", OUTSIDE.code),
        (CLIP, CUT, "soon", INVALID_TIME.code),
        (CLIP, CUT, "1@0", INVALID_TIME.code),
        (CLIP, CUT, "1@-1/25", INVALID_TIME.code),
        (CLIP, CUT, "nan", INVALID_TIME.code),
        (CLIP, CUT, "02:00:00:00", NO_SUCH_CODE.code),
    ],
)
def test_what_cannot_be_carried_is_said(
    here: DerivativeLibrary, source: str, target: str, time: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        carry(here, source, target, time)
    assert caught.value.code == code


class Services:
    """The services of a command, over a library of a test."""

    def __init__(self, here: DerivativeLibrary) -> None:
        self._here = here

    def get(self, kind: type[Any]) -> Any:
        return self._here.library.service(kind)


def run(here: DerivativeLibrary, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, list(arguments), obj=Services(here))


def test_the_command(here: DerivativeLibrary) -> None:
    done = run(here, CLIP, CUT, frame(200), frame(110))
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "8.342 s frame 200 01:00:08:08  -> 7.090 s frame 170 01:00:07:02",
        "4.588 s frame 110 01:00:04:14  gone; left before it 4.129 s frame 99 01:00:04:03 "
        "and after it 4.171 s frame 100 01:00:04:04",
    ]
    as_json = json.loads(run(here, "--json", CLIP, CUT, frame(200)).output)
    assert as_json == carry(here, CLIP, CUT, frame(200)).model_dump(mode="json")
    assert "nothing of it is left" in run(here, CLIP, OTHER_CLIP, "1").output
    forget_signatures(here)
    pending = run(here, OTHER_CLIP, CUT, "1")
    assert pending.exit_code == ExitCode.FAILURES and "pending" in pending.output
    assert isinstance(run(here, CLIP, CUT, "soon").exception, DampipeError)


def test_the_endpoint(here: DerivativeLibrary) -> None:
    found = carry(here, CLIP, CUT, frame(200), frame(110))
    with TestClient(create_app(cast(Container, here.library._container)), "http://127.0.0.1") as client:
        address = f"/api/v1/versions/{found.source}/carry"
        answer = client.get(address, params={"to": found.target, "time": [frame(200), frame(110)]})
        assert answer.json() == found.model_dump(mode="json")
        assert client.get(address, params={"to": found.target, "time": "soon"}).status_code == 422
        assert client.get(address, params={"to": "0" * 40, "time": "1"}).status_code == 404
        assert client.get(address, params={"to": found.target}).status_code == 422
