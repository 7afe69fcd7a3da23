"""Metadata that cameras write into containers: make and model, recording time, timecode."""

from dampipe.media.probe.container_metadata import camera, created, timecode


def test_cameras() -> None:
    apple = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 15 Pro"}
    assert camera([{}, apple]) == "Apple iPhone 15 Pro"
    assert camera([{"firmware": "HD9.01.01.72.00"}, {"handler_name": "\tGoPro AVC"}]) == "GoPro HERO9"
    assert camera([{"handler_name": "GoPro AVC"}]) == "GoPro"
    assert camera([{"company_name": "FFmpeg", "product_name": "OP1a Muxer"}]) is None
    assert camera([{"company_name": "Sony", "product_name": "PXW-FS7"}]) == "Sony PXW-FS7"


def test_recording_times() -> None:
    utc = {"creation_time": "2024-01-24T14:50:14.000000Z"}
    local = {"com.apple.quicktime.creationdate": "2024-01-24T15:50:14+0100"}
    assert created([utc, local]) == "2024-01-24T15:50:14+01:00"
    assert created([utc]) == "2024-01-24T14:50:14+00:00"
    assert created([{"creation_time": "1904-01-01T00:00:00Z"}, {"date": "not a date"}]) is None


def test_timecodes() -> None:
    assert timecode([{}, {"timecode": "23:58:30:00"}]) == "23:58:30:00"
    assert timecode([{"timecode": "01:00:00;02"}]) == "01:00:00;02"
    assert timecode([{"timecode": "nonsense"}]) is None
