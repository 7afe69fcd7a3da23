"""A fake NVIDIA card: an ffmpeg that executes NVIDIA's options in software and fails on demand.

It tracks which frames would be in the card's memory, and fails with ffmpeg's message for a filter that cannot
access them. It also has a fault of a real card: if one side shrinks and the other is unchanged, the scaled
picture is empty. It checks the structure of the options only, not whether a real card accepts them.

    fake_gpu.py FFMPEG ORDERS ARGUMENT…      ORDERS: a JSON file, see `Orders`
"""

import json
import os
import re
import resource
import subprocess
import sys
import time

DEVICE_OPTIONS = (
    "-init_hw_device",
    "-filter_hw_device",
    "-hwaccel",
    "-hwaccel_device",
    "-hwaccel_output_format",
    "-extra_hw_frames",
)
ON_CARD = {"scale_cuda", "hwdownload"}
ANYWHERE = {"split", "setsar", "setparams", "fps", "select", "settb", "setpts", "null"}
"""Filters that look at no pixel."""
ENCODER_ONLY = ("-rc", "-tune", "-b:v")


def fail(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.exit(187)


def in_software(graph: str, on_card: bool, spoil: str) -> tuple[str, set[str]]:
    """The graph for software, and the labels of its outputs that lie on the card."""
    cards: set[str] = set()
    made = []
    for step in graph.split(";"):
        found = re.fullmatch(r"((?:\[[^]]*\])+)(\w+)(?:=(.*?))?((?:\[[^]]*\])*)", step, re.S)
        assert found, step
        sources, name, options, results = found.groups()
        on = any(
            one in cards or (on_card and one.startswith("[0:")) for one in re.findall(r"\[[^]]*\]", sources)
        )
        if (on and name not in ON_CARD | ANYWHERE) or (not on and name in ON_CARD):
            fail(
                f"[Parsed_{name}] Impossible to convert between the formats supported by the filter '{name}'"
            )
        if name == "scale_cuda":
            given = dict(pair.split("=", 1) for pair in options.split(":"))
            w, h = given["w"], given["h"]
            empty = f"lutyuv=y=0:u=0:v=0:enable='eq(w,{w})*gt(h,{h})+eq(h,{h})*gt(w,{w})'"
            step = f"{sources}{empty},scale=w={w}:h={h},format={given['format']}{spoil}{results}"
        elif name == "hwdownload":
            step = f"{sources}null{results}"
        if on and name != "hwdownload":
            cards.update(re.findall(r"\[[^]]*\]", results))
        made.append(step)
    return ";".join(made), cards


def translated(arguments: list[str], orders: dict[str, object]) -> list[str]:
    made: list[str] = []
    rest = iter(arguments)
    on_card = "cuda" in arguments[: arguments.index("-i")] if "-i" in arguments else False
    cards: set[str] = set()
    mapped = ""
    for argument in rest:
        if argument in DEVICE_OPTIONS or argument in ENCODER_ONLY:
            next(rest)
        elif argument == "-filter_complex":
            spoil = ",lutyuv=y=255-val" if orders.get("spoil") else ""
            graph, cards = in_software(next(rest), on_card, spoil)
            made += [argument, graph]
        elif argument == "-map":
            mapped = next(rest)
            made += [argument, mapped]
        elif argument == "-preset":
            made += [argument, re.sub(r"^p\d$", "ultrafast", next(rest))]
        elif argument == "-cq":
            made += ["-crf", next(rest)]
        elif argument == "h264_nvenc":
            made.append("libx264")
        elif argument == "libx264" and mapped in cards:
            fail("[graph] Impossible to convert between the formats supported by the filter 'auto_scale'")
        else:
            made.append(argument)
    return made


def main() -> None:
    ffmpeg, orders_path, *arguments = sys.argv[1:]
    with open(orders_path, encoding="utf-8") as file:
        orders = json.load(file)
    decodes, encodes = "-hwaccel" in arguments, "h264_nvenc" in arguments
    if not (decodes or encodes or "-init_hw_device" in arguments):
        os.execv(ffmpeg, [ffmpeg, *arguments])
    with open(f"{orders_path}.calls", "a", encoding="utf-8") as file:
        file.write(f"{'decode ' * decodes}{'encode ' * encodes}\n".strip() + "\n")
    if resource.getrlimit(resource.RLIMIT_AS)[0] not in (resource.RLIM_INFINITY, -1):
        fail("[AVHWDeviceContext @ 0x1] cu->cuInit(0) failed -> CUDA_ERROR_OUT_OF_MEMORY: out of memory")
    if orders.get("absent"):
        fail("[AVHWDeviceContext @ 0x1] Cannot load libcuda.so.1")
    source = arguments[arguments.index("-i") + 1]
    if decodes and any(word in source for word in orders.get("refuses", ())):
        fail("[h264 @ 0x1] No device available for decoder: device type cuda needed for codec h264.")
    if encodes and orders.get("no_encoder"):
        fail("[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: out of memory (10): (no details)")
    hit = decodes or (encodes and orders.get("only") != "decode")
    if orders.get("hangs") and hit:
        time.sleep(600)
    arguments = translated(arguments, orders)
    if orders.get("stops") and hit:
        where = arguments.index("-i")
        arguments[where:where] = ["-t", "0.5"]
        subprocess.run([ffmpeg, *arguments], check=True, close_fds=False)
        if orders["stops"] == "loudly":
            fail("[h264_nvenc @ 0x1] EncodePicture failed!: generic error (20)")
        sys.exit(0)
    os.execv(ffmpeg, [ffmpeg, *arguments])


if __name__ == "__main__":
    main()
