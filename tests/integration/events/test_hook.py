"""The hook `video_added` of docs/events.md, as a plug-in: called for each video that the pipeline has probed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from dampipe.app.demo.clips import make_clip
from dampipe.media.ffmpeg.binary import find_ffmpeg

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, threading, time
import dampipe
from pathlib import Path
from dampipe.features.events.relay import Relay
from dampipe.kernel.events.subscribers import SubscriberRepository

with dampipe.open(model="tiny", in_process=True, settle=0.0) as library:
    stop = threading.Event()
    relay = threading.Thread(target=library.service(Relay).run, args=(stop,))
    relay.start()
    subscribers = library.service(SubscriberRepository)

    def states():
        return [one for one in subscribers.states() if one.name == "notify.video_added"]

    while not states():
        time.sleep(0.05)
    library.add(sys.argv[1])
    library.process()
    found = Path(sys.argv[2]) / "videos.txt"
    deadline = time.monotonic() + 60
    while not found.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    subscribers.move("notify.video_added", 0)  # delivered once more: the handler recognises the ids
    while states()[0].behind:
        time.sleep(0.1)
    stop.set()
    relay.join()
    [state] = states()
    assert state.problem is None, state
"""


def test_the_example_is_called_once_for_each_video(tmp_path: Path) -> None:
    [example] = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "events.md").read_text(), re.M | re.S)
    home, footage = tmp_path / "home", tmp_path / "footage"
    (home / "plugins").mkdir(parents=True)
    footage.mkdir()
    (home / "plugins" / "notify.py").write_text(example)
    make_clip(find_ffmpeg(None), footage / "clip.mp4", [(np.full((180, 320, 3), 30, np.uint8), 1.0)])
    (footage / "broken.mp4").write_bytes(b"no video")
    environment = {**os.environ, "DAMPIPE_HOME": str(home), "DAMPIPE_MODEL": "tiny", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(footage), str(home)],
        env=environment, capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    [line] = (home / "videos.txt").read_text().splitlines()
    assert line.endswith(" clip.mp4") and len(line.split()[0]) == 36
