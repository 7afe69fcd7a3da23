"""Real work: clips through the pipeline, against a plain shell loop that runs the same ffmpeg commands.

The commands are taken down from a run of the pipeline itself; the loop (`xargs -P`) runs them on as
many processes as the worker has. Hashing, probing, the catalogue and the broker are what ours adds.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dampipe.kernel.settings.settings import Settings
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.bench.timing import in_turn, report
from tests.support.deployment import Deployment

CLIPS = 6
SECONDS = 30
PROCESSES = 2

PROCFILE = f"""\
broker: dampipe broker
all: dampipe worker --name all --queues control,scan,io,preview,proxy --concurrency {PROCESSES}
beat: dampipe beat
web: dampipe serve
"""

RECORDER = """\
#!{python}
import json, os, sys
if "-progress" in sys.argv:
    with open({log!r}, "a") as log:
        log.write(json.dumps(sys.argv[1:]) + "\\n")
os.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])
"""

PASSING_ON = """\
#!/bin/sh
exec {ffmpeg} "$@"
"""


def main() -> None:
    """Print the seconds of both."""
    real = find_ffmpeg()
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        footage = make_clips(real.path, folder / "footage")
        recorder, log = folder / "ffmpeg", folder / "commands"
        recorder.write_text(RECORDER.format(python=sys.executable, log=str(log), ffmpeg=real.path))
        recorder.chmod(0o755)
        deployment = start(folder, recorder)
        rounds = iter(range(1000))
        try:
            first = copies(footage, folder / "recorded", "recorded")
            ours(deployment, first)
            commands = [json.loads(line) for line in log.read_text().splitlines()]
            commands = [command for command in commands if any(str(first) in word for word in command)]
            assert len(commands) == 2 * CLIPS, "one preview and one proxy a clip"
            script = write_loop(folder, real.path, commands)
            recorder.write_text(PASSING_ON.format(ffmpeg=real.path))
            seconds = in_turn(
                {
                    "dampipe": lambda: fresh(deployment, footage, folder / f"round{next(rounds)}"),
                    "shell loop": lambda: theirs(script),
                }
            )
        finally:
            deployment.kill_all()
        report(f"{CLIPS} clips of {SECONDS} s, preview and proxy", seconds, "clips", CLIPS)


def make_clips(ffmpeg: str, folder: Path) -> Path:
    """1080p H.264 with sound, each different, with motion and grain."""
    folder.mkdir()
    for number in range(CLIPS):
        source = f"testsrc2=s=1920x1080:r=25:d={SECONDS},hue=h={number * 50},noise=alls=12:allf=t"
        subprocess.run(
            [
                *(ffmpeg, "-v", "error", "-f", "lavfi", "-i", source),
                *("-f", "lavfi", "-i", f"sine=frequency={300 + number}:duration={SECONDS}"),
                *(
                    "-c:v",
                    "libx264",
                    "-preset",
                    "ultrafast",
                    "-b:v",
                    "12M",
                    "-g",
                    "25",
                    "-pix_fmt",
                    "yuv420p",
                ),
                *("-c:a", "aac", folder / f"clip{number}.mp4"),
            ],
            check=True,
        )
    return folder


def copies(footage: Path, folder: Path, mark: str) -> Path:
    """The same clips with another content: an empty box more at the end."""
    folder.mkdir()
    for clip in footage.iterdir():
        payload = mark.encode()
        box = (8 + len(payload)).to_bytes(4, "big") + b"free" + payload
        (folder / clip.name).write_bytes(clip.read_bytes() + box)
    return folder


def start(folder: Path, ffmpeg: Path) -> Deployment:
    """A deployment of one worker, without embedding."""
    (folder / "Procfile").write_text(PROCFILE)
    defaults = {name: Settings.model_fields[name].default for name in ("sweep_interval", "lease")}
    pipeline = "tests.bench.clips:PIPELINE"
    made = Deployment(folder / "home", pipeline=pipeline, model="tiny", ffmpeg=ffmpeg, **defaults)
    made.arguments = ["--procfile", str(folder / "Procfile")]
    made.up()
    return made


def fresh(deployment: Deployment, footage: Path, folder: Path) -> float:
    """Seconds for clips that were never seen."""
    taken = ours(deployment, copies(footage, folder, folder.name))
    shutil.rmtree(folder)
    return taken


def ours(deployment: Deployment, footage: Path) -> float:
    """Seconds from enqueue until everything is made."""
    began = time.monotonic()
    answer = deployment.json("enqueue", "--wait", footage, timeout=900)
    taken = time.monotonic() - began
    assert answer["done"] == CLIPS, answer
    return taken


def write_loop(folder: Path, ffmpeg: str, commands: list[list[str]]) -> Path:
    """The loop as a person would write it: one line a command, `xargs -P` runs them."""
    lines = []
    for number, command in enumerate(commands):
        at = command.index("-progress")
        plain = [*command[:at], *command[at + 2 :]]
        place = folder / "loop" / str(number)
        line = f"rm -rf {place}; mkdir -p {place}; cd {place}; {shlex.join([ffmpeg, *plain])} >/dev/null"
        lines.append(line)
    script = folder / "loop.sh"
    (folder / "loop.txt").write_text("\0".join(lines))
    script.write_text(f"xargs -0 -P {PROCESSES} -I LINE sh -c LINE < {folder / 'loop.txt'}\n")
    return script


def theirs(script: Path) -> float:
    """Seconds of the loop."""
    began = time.monotonic()
    subprocess.run(["sh", script], check=True, env=dict(os.environ))
    return time.monotonic() - began


PIPELINE = [f"dampipe.tasks.{name}:{name}" for name in ("hash", "probe", "preview", "proxy")]
"""For the deployment: the real stages up to the proxy, without embedding."""
